// Limits on what an open connection may do: requests, messages, frames, what waits and what is unsent.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { register } from '#rufer/tests/helpers/api.ts'
import { connect, newId, type TestClient } from '#rufer/tests/helpers/client.ts'
import { METRICS_TOKEN, readMetrics } from '#rufer/tests/helpers/metrics.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { gone, tcpOf, toFrame } from '#rufer/tests/helpers/wire.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: { RUFER_METRICS_TOKEN: METRICS_TOKEN } })
  await register(server, 'alice', 'bob')
})
afterAll(() => server.stop())

const OFF = {
  RUFER_LIMIT_REQUESTS_PER_SECOND: '0',
  RUFER_LIMIT_MESSAGES_PER_SECOND: '0',
}
const ping = (id: number) => toFrame(JSON.stringify({ id, method: 'session.ping' }))
const pings = (count: number) => Buffer.concat(Array.from({ length: count }, (_, id) => ping(id)))

test('requests beyond the rate are refused with when to come back, and cost nothing else', async () => {
  await server.restart({
    ...OFF,
    RUFER_LIMIT_REQUESTS_PER_SECOND: '0.001',
    RUFER_LIMIT_REQUESTS_BURST: '3',
  })
  const [alice, other] = await Promise.all([connect(server, 'alice'), connect(server, 'alice')])
  expect(alice.started.limits.requestsPerSecond).toBe(0.001)
  for (let round = 0; round < 3; round++) await alice.settled()
  for (const method of ['session.ping', 'nonsense']) {
    expect(await alice.refused(method)).toEqual({
      code: 'rate-limited',
      message: expect.stringMatching(/^unable to /),
      retryable: true,
      retryAfterMs: expect.any(Number),
    })
  }
  const { retryAfterMs = 0 } = await alice.refused('session.ping')
  expect(retryAfterMs).toBeGreaterThan(900_000)
  expect(retryAfterMs).toBeLessThanOrEqual(1_000_000)
  // the rate is a connection's own
  await other.settled()
  await Promise.all([alice.close(), other.close()])
})

test('100 refusals within 10 s end the connection with 4429, to stay away for half a minute', async () => {
  const alice = await connect(server, 'alice')
  tcpOf(alice).write(pings(110))
  const { reconnectAfterMs } = await alice.next('session.ending')
  expect(reconnectAfterMs).toBeGreaterThanOrEqual(30_000)
  expect(await alice.closed).toBe(4429)
  const replies = alice.frames.filter((frame) => 'id' in frame)
  expect(replies.filter((reply) => 'result' in reply)).toHaveLength(3)
  expect(replies.filter((reply) => 'error' in reply)).toHaveLength(100)
  expect(alice.frames.at(-1)).toMatchObject({ event: 'session.ending' })
})

test('messages are counted a user, over all connections; a resend costs nothing', async () => {
  await server.restart({ ...OFF, RUFER_LIMIT_MESSAGES_PER_SECOND: '0.001', RUFER_LIMIT_MESSAGES_BURST: '2' })
  const [alice, phone, bob] = await Promise.all([
    connect(server, 'alice'),
    connect(server, 'alice'),
    connect(server, 'bob'),
  ])
  const sent = { id: newId(), userId: 'bob', text: 'one' }
  const { message } = await alice.request('message.send', sent)
  expect(await phone.request('message.send', sent)).toEqual({ message, duplicate: true })
  await phone.say({ userId: 'bob' }, 'two')
  for (const client of [alice, phone]) {
    const refused = await client.refused('message.send', { id: newId(), userId: 'bob', text: 'three' })
    expect(refused).toMatchObject({ code: 'rate-limited', retryable: true })
    expect(refused.retryAfterMs).toBeGreaterThan(900_000)
  }
  expect(await alice.request('message.send', sent)).toEqual({ message, duplicate: true })
  await alice.settled()
  await bob.say({ userId: 'alice' }, 'mine')
  await Promise.all([alice, phone, bob].map((client) => client.close()))
})

test('0 turns a rate off', async () => {
  await server.restart({ ...OFF, RUFER_LIMIT_MESSAGES_BURST: '1', RUFER_LIMIT_REQUESTS_BURST: '1' })
  const alice = await connect(server, 'alice')
  const replies = Array.from({ length: 20 }, () => alice.say({ userId: 'bob' }, 'again'))
  await expect(Promise.all(replies)).resolves.toHaveLength(20)
  await alice.close()
})

test('frames and texts are as large as the settings say', async () => {
  await server.restart({ ...OFF, RUFER_LIMIT_FRAME_BYTES: '200', RUFER_LIMIT_TEXT_LENGTH: '3' })
  const alice = await connect(server, 'alice')
  expect(alice.started.limits).toMatchObject({ frameBytes: 200, textLength: 3 })
  await alice.say({ userId: 'bob' }, '👋👋👋')
  const long = { id: newId(), userId: 'bob', text: '1234' }
  expect(await alice.refused('message.send', long)).toMatchObject({ code: 'text-too-long', retryable: false })
  alice.sendRaw('x'.repeat(201))
  expect(await alice.closed).toBe(1009)
})

test('thousands of requests at once are all answered, in order, with only a few of them waiting', async () => {
  await server.restart({ ...OFF, RUFER_LIMIT_WAITING_REQUESTS: '2' })
  const alice = await connect(server, 'alice')
  tcpOf(alice).write(pings(5_000))
  await alice.reply(4_999)
  const ids = alice.frames.flatMap((frame) => ('result' in frame ? [frame['id']] : []))
  expect(ids).toEqual(Array.from({ length: 5_000 }, (_, id) => id))
  await alice.close()
})

test('a reader too slow is cut with 4408, and others do not notice', { timeout: 90_000 }, async () => {
  await server.restart({ ...OFF, RUFER_LIMIT_UNSENT_BYTES: '262144' })
  const [alice, bob] = await Promise.all([connect(server, 'alice'), connect(server, 'bob')])
  tcpOf(bob).pause()
  await expect.poll(() => cutAfterMore(alice), { timeout: 60_000, interval: 1 }).toBe(1)
  await alice.settled()

  tcpOf(bob).resume()
  expect(await bob.closed).toBe(4408)
  expect(bob.frames.at(-1)).toMatchObject({ event: 'session.ending' })
  await alice.close()
})

test('the requests of a reader that pauses wait until it reads on; none is lost', async () => {
  await server.restart({ ...OFF, RUFER_LIMIT_UNSENT_BYTES: '1048576' })
  const [alice, bob] = await Promise.all([connect(server, 'alice'), connect(server, 'bob')])
  const requests = await pagesOfAll(bob)
  tcpOf(bob).pause()
  tcpOf(bob).write(requests)
  for (let round = 0; round < 200; round++) await alice.settled()
  tcpOf(bob).resume()
  await bob.reply(PAGES)
  const ids = bob.frames.flatMap((frame) => ('result' in frame ? [frame['id']] : []))
  expect(ids).toEqual(Array.from({ length: PAGES + 1 }, (_, id) => id))
  await Promise.all([alice.close(), bob.close()])
})

test('a reader without progress for 10 s is cut', async () => {
  await server.restart({ ...OFF, RUFER_LIMIT_UNSENT_BYTES: '1048576' })
  const bob = await connect(server, 'bob')
  const requests = await pagesOfAll(bob)
  tcpOf(bob).pause()
  tcpOf(bob).write(requests)
  await expect.poll(cut, { timeout: 25_000 }).toBe(1)
  await gone(tcpOf(bob))
})

// --- Internal helpers ---

/** So many pages of history do not fit into the buffers of two sockets. */
const PAGES = 100

/** Requests for the same full page, again and again; the id 0 asked for the conversation. */
async function pagesOfAll(client: TestClient) {
  client.sendRaw('{"id":0,"method":"conversation.list"}')
  const { result } = await client.reply(0)
  const [{ id: conversationId }] = Object(result).conversations
  const page = (id: number) => ({ id, method: 'message.list', params: { conversationId, limit: 100 } })
  return Buffer.concat(Array.from({ length: PAGES }, (_, index) => toFrame(JSON.stringify(page(index + 1)))))
}

/** Sends the other user more to read, then tells how many connections were cut: soon, as their last words wait 5 s only. */
async function cutAfterMore(client: TestClient) {
  await Promise.all(Array.from({ length: 10 }, () => client.say({ userId: 'bob' }, 'x'.repeat(10_000))))
  return cut()
}

async function cut() {
  return (await readMetrics(server))['rufer_dropped_total{reason="connection-silent"}'] ?? 0
}
