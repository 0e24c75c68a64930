// The heartbeat: the silent are cut, whoever says anything lives, and a session lasts so long.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { issueToken, register } from '#rufer/tests/helpers/api.ts'
import { connect, connectWith } from '#rufer/tests/helpers/client.ts'
import { METRICS_TOKEN, readMetrics } from '#rufer/tests/helpers/metrics.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { tcpOf } from '#rufer/tests/helpers/wire.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({
    env: {
      RUFER_HEARTBEAT_MS: '200',
      // longer than the machine of those who answer is ever busy
      RUFER_HEARTBEAT_TIMEOUT_MS: '6000',
      RUFER_METRICS_TOKEN: METRICS_TOKEN,
      RUFER_LIMIT_REQUESTS_PER_SECOND: '0',
    },
  })
  await register(server, 'alice', 'bob')
})
afterAll(() => server.stop())

test('who never answers a ping is cut with 4408; who answers, asks or pings lives', async () => {
  const [silent, answering, asking, pinging] = await Promise.all([
    connect(server, 'alice', { autoPong: false }),
    connect(server, 'alice'),
    connect(server, 'bob', { autoPong: false }),
    connect(server, 'bob', { autoPong: false }),
  ])
  expect(silent.started.heartbeatMs).toBe(200)
  asking.socket.on('ping', () => void asking.settled())
  pinging.socket.on('ping', () => pinging.socket.ping())

  expect(await silent.next('session.ending')).toEqual({
    reason: expect.stringMatching(/./),
    reconnectAfterMs: expect.any(Number),
  })
  expect(await silent.closed).toBe(4408)
  // nothing may be asked by a connection that is being closed
  asking.socket.removeAllListeners('ping')
  for (const client of [answering, asking, pinging]) await client.settled()
  await Promise.all([answering, asking, pinging].map((client) => client.close()))
})

test('a client that vanished without a word gives its place back', async () => {
  const alice = await connect(server, 'alice')
  // nothing is read or answered any more, as when the cable is cut
  tcpOf(alice).pause()
  await expect.poll(async () => (await readMetrics(server))['rufer_connections'], { timeout: 20_000 }).toBe(0)
  alice.socket.terminate()
})

test('a session ends at its age with 1012', async () => {
  await server.restart({ RUFER_SESSION_MAX_AGE_MS: '300' })
  // not waited for until all know of it: by then it may have come and gone
  const alice = await connectWith(server, { userId: 'alice', token: await issueToken(server, 'alice') })
  const { reconnectAfterMs } = await alice.next('session.ending')
  expect(reconnectAfterMs).toBeGreaterThan(0)
  expect(await alice.closed).toBe(1012)
})
