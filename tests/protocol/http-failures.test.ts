// HTTP calls that fail for what the client did not do wrong: counted and logged, or, where nobody waits any more, dropped.
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { register } from '#rufer/tests/helpers/api.ts'
import { METRICS_TOKEN, readMetrics } from '#rufer/tests/helpers/metrics.ts'
import { SECRET_KEY, startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { openTcp } from '#rufer/tests/helpers/wire.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: { RUFER_METRICS_TOKEN: METRICS_TOKEN } })
  await register(server, 'alice')
})
afterAll(() => server.stop())

const count = async (name: string) => (await readMetrics(server))[name] ?? 0

const uploads = {
  'a body in JSON': `POST /api/users/register HTTP/1.1\r\nx-rufer-secret-key: ${SECRET_KEY}\r\nContent-Type: application/json`,
  'a form': 'POST /sign-in HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded',
}
const endings = {
  'is closed': (tcp: ReturnType<typeof openTcp>) => tcp.destroy(),
  'is reset': (tcp: ReturnType<typeof openTcp>) => tcp.resetAndDestroy(),
  'is closed on one side': (tcp: ReturnType<typeof openTcp>) => tcp.end(),
}
for (const [body, head] of Object.entries(uploads)) {
  test.each(Object.entries(endings))(`${body} whose socket %s halfway is dropped`, async (_name, end) => {
    const name = 'rufer_dropped_total{reason="aborted-call"}'
    const before = await count(name)
    const tcp = openTcp(server)
    tcp.on('error', () => {})
    tcp.write(`${head}\r\nHost: x\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n`)
    const [answered] = await once(tcp, 'data')
    expect(String(answered)).toMatch(/^HTTP\/1.1 100 /)
    await new Promise((resolve) => tcp.write('{"userId":', resolve))
    end(tcp)
    await expect.poll(() => count(name)).toBe(before + 1)
    expect(await count('rufer_refused_total{reason="internal"}')).toBe(0)
    expect(server.log().filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([])
    tcp.destroy()
  })
}
