// What it is made of: few direct dependencies, each with its reason, no script run at install, and a list for others to check.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const names = z.record(z.string(), z.string())
const { dependencies, devDependencies, optionalDependencies } = z
  .object({ dependencies: names, devDependencies: names, optionalDependencies: names })
  .parse(JSON.parse(read('package.json')))
const page = read('docs/dependencies.md')

test('at run time there are no more than 18, each with a row that says what for and what else was looked at', () => {
  const direct = Object.keys(dependencies)
  expect(direct.length).toBeLessThanOrEqual(18)
  const rows = page.split('\n').filter((line) => line.startsWith('| `'))
  const reasoned = rows.flatMap((row) => {
    const [, packages = '', reason = '', others = ''] = row.split('|').map((cell) => cell.trim())
    return reason.length > 10 && others !== ''
      ? [...packages.matchAll(/`([^`]+)`/g)].map(([, name]) => name)
      : []
  })
  expect(direct.filter((name) => !reasoned.includes(name))).toEqual([])
  // and no row for one that is gone; Node itself is there as a package, too
  const known = [...direct, ...Object.keys(optionalDependencies), 'node:sqlite']
  expect(reasoned.filter((name) => name === undefined || !known.includes(name))).toEqual([])
})

test('those for development are named, too', () => {
  expect(Object.keys(devDependencies).filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})

test('versions are pinned, and no package runs a script of its own at install', () => {
  const all = { ...dependencies, ...devDependencies, ...optionalDependencies }
  expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
  const scripted = Object.entries(lock()).flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript ? [path] : [],
  )
  // ours are told not to, and the build does without: the image installs with --ignore-scripts
  expect(scripted).toEqual(['node_modules/esbuild'])
  expect(JSON.parse(read('package.json'))['allowScripts']).toEqual({ esbuild: false })
  expect(read('Dockerfile')).toContain('npm ci --ignore-scripts')
})

test('npm run sbom writes what is in the lock file, as CycloneDX', () => {
  const path = join(ROOT, 'sbom.cdx.json')
  onTestFinished(() => rmSync(path, { force: true }))
  expect(spawnSync('npm', ['run', 'sbom', '--silent'], { cwd: ROOT }).status).toBe(0)
  const { bomFormat, components } = z
    .object({
      bomFormat: z.string(),
      components: z.array(
        z.object({ name: z.string(), version: z.string(), purl: z.string().startsWith('pkg:npm/') }),
      ),
    })
    .parse(JSON.parse(readFileSync(path, 'utf8')))
  expect(bomFormat).toBe('CycloneDX')
  const listed = new Set(components.map(({ name, version }) => `${name}@${version}`))
  expect(Object.entries(dependencies).filter(([name, version]) => !listed.has(`${name}@${version}`))).toEqual(
    [],
  )
  expect(listed.size).toBeGreaterThan(500)
})

// --- Internal helpers ---

function lock(): Record<string, { hasInstallScript?: boolean | undefined }> {
  const packages = z.record(z.string(), z.object({ hasInstallScript: z.boolean().optional() }))
  return z.object({ packages }).parse(JSON.parse(read('package-lock.json'))).packages
}
