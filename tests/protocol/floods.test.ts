// Floods: whoever sends far too much of anything is cut off, and read no further.
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callApi, issueToken, register } from '#rufer/tests/helpers/api.ts'
import { connect } from '#rufer/tests/helpers/client.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { openTcp, tcpOf, toFrame, upgradeHead, writeOnAndOn } from '#rufer/tests/helpers/wire.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
  await register(server, 'alice', 'bob')
})
afterAll(() => server.stop())

const PING = 9
const PONG = 10

test.each([
  ['pings', () => toFrame('', { opcode: PING })],
  ['pongs that nobody asked for', () => toFrame('', { opcode: PONG })],
  ['requests', (id: number) => toFrame(JSON.stringify({ id, method: 'session.ping' }))],
])('%s without end: closed with 4429', async (_what, toOne) => {
  const alice = await connect(server, 'alice')
  tcpOf(alice).write(Buffer.concat(Array.from({ length: 1_000 }, (_, index) => toOne(index))))
  const { reconnectAfterMs } = await alice.next('session.ending')
  expect(reconnectAfterMs).toBeGreaterThanOrEqual(30_000)
  expect(await alice.closed).toBe(4429)
})

test.each([
  ['for what it sends', async () => {}],
  ['by the back end', () => callApi(server, 'DELETE /api/users/alice/sessions')],
])(
  'who is cut off %s, floods on and does not answer the close, is not read for long',
  async (_why, cutOff) => {
    const tcp = openTcp(server)
    tcp.write(upgradeHead({ token: await issueToken(server, 'alice') }))
    await once(tcp, 'data')
    await cutOff()
    const countTaken = writeOnAndOn(tcp, toFrame('x'.repeat(50_000)))
    await new Promise((resolve) => tcp.on('error', () => {}).once('close', resolve))
    // what fits into the buffers on the way is taken from the writer, and what the server reads after its close
    expect(countTaken() * 50_000).toBeLessThan(20_000_000)
  },
)

test('who answers our pings and sends some of their own is left alone', { timeout: 90_000 }, async () => {
  await server.restart({ RUFER_HEARTBEAT_MS: '10', RUFER_LIMIT_REQUESTS_PER_SECOND: '1' })
  const alice = await connect(server, 'alice')
  let pings = 0
  alice.socket.on('ping', () => pings++)
  alice.socket.ping()
  await expect.poll(() => pings, { timeout: 60_000 }).toBeGreaterThan(300)
  await alice.settled()
  await alice.close()
})
