// What the Dockerfile counts on: the build runs without the tree it came from, and the health check tells ready from not.
import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '#rufer/tests/helpers/free-port.ts'
import { startServer } from '#rufer/tests/helpers/server.ts'

const ROOT = join(import.meta.dirname, '../..')

test('a copy of .output is enough to run, and is ready by the health check of the image', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'rufer-image-'))
  onTestFinished(() => rm(copy, { recursive: true }))
  await cp(join(ROOT, '.output'), join(copy, '.output'), { recursive: true })
  const server = await startServer({ root: copy, env: { RUFER_DEMO: 'true' } })
  const page = await fetch(`${server.url}/chat?userId=alice`)
  const status = await checkHealth(Number(new URL(server.url).port))
  await server.stop()
  expect({ page: page.status, status }).toEqual({ page: 200, status: 0 })
})

test('without a server the health check fails', async () => {
  expect(await checkHealth(await freePort())).toBe(1)
})

/** Runs what the image's HEALTHCHECK runs; gives its exit status. */
async function checkHealth(port: number) {
  const dockerfile = await readFile(join(ROOT, 'Dockerfile'), 'utf8')
  const [, command = '[]'] = /^HEALTHCHECK [^[]*CMD (\[.*\])$/m.exec(dockerfile) ?? []
  const [file, ...args]: string[] = JSON.parse(command)
  expect(file).toBe('node')
  return spawnSync(process.execPath, args, { env: { PORT: String(port) } }).status
}
