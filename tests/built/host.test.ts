// An app that extends this one builds, starts and serves the chat: no alias or import of ours points into the host.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startServer } from '#rufer/tests/helpers/server.ts'

const HOST = join(import.meta.dirname, '../fixtures/host')

test('a host app builds and serves /chat, the API and sockets', async () => {
  await promisify(execFile)('npx', ['nuxt', 'build', HOST], { maxBuffer: 1e8 })
  const server = await startServer({ root: HOST, env: { RUFER_DEMO: 'true' } })
  const page = await fetch(`${server.url}/chat?userId=alice`)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('<title>')
  const token = await fetch(`${server.url}/api/session-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userId: 'alice' }),
  })
  expect(token.status).toBe(200)
  await server.stop()
})
