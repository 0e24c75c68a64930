// npm run build:client: the client as the package rufer-client in dist/, one ES module with its types.
import { build } from 'esbuild'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { PUBLIC, toExports } from './client/exports.ts'
import { writeTypes } from './client/types.ts'

const ROOT = join(import.meta.dirname, '..')
const TARGET = join(ROOT, 'dist/rufer-client')
const { version, license } = z
  .object({ version: z.string(), license: z.string() })
  .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')))

rmSync(TARGET, { recursive: true, force: true })
mkdirSync(TARGET, { recursive: true })
await build({
  stdin: { contents: toExports(PUBLIC.values, (file) => `./${file}.ts`), resolveDir: join(ROOT, 'client') },
  outfile: join(TARGET, 'index.js'),
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  // what every platform of the README has
  target: 'es2022',
  minify: true,
  sourcemap: true,
  sourcesContent: true,
})
writeTypes(TARGET)
for (const [from, to] of [
  ['client/README.md', 'README.md'],
  ['LICENSE', 'LICENSE'],
] as const)
  copyFileSync(join(ROOT, from), join(TARGET, to))
writeFileSync(join(TARGET, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`)

// --- Internal helpers ---

function manifest() {
  return {
    name: 'rufer-client',
    version,
    description:
      'The client of the chat back end Rufer: connects, stays connected, tells everything once and in order',
    license,
    type: 'module',
    sideEffects: false,
    main: './index.js',
    types: './index.d.ts',
    exports: {
      '.': { types: './index.d.ts', default: './index.js' },
      './package.json': './package.json',
    },
    files: ['*.js', '*.js.map', '*.d.ts'],
    engines: { node: '>=22' },
  }
}
