// The end of a process: SIGTERM finishes what was accepted and tells everybody; kill -9 loses nothing acknowledged.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { callApi, issueToken, register } from '#rufer/tests/helpers/api.ts'
import { connect, newId } from '#rufer/tests/helpers/client.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { tcpOf, toFrame, upgrade } from '#rufer/tests/helpers/wire.ts'

let server: TestServer
beforeEach(async () => {
  server = await startServer({
    env: { RUFER_LIMIT_MESSAGES_PER_SECOND: '0', RUFER_LIMIT_REQUESTS_PER_SECOND: '0' },
  })
  await register(server, 'alice', 'bob')
})
afterEach(() => server.stop())

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  test('tells every client to come back, each at its own time, and exits with 0', async () => {
    const clients = await Promise.all(
      Array.from({ length: 20 }, (_, index) => connect(server, index % 2 ? 'alice' : 'bob')),
    )
    const exited = server.signal(signal)
    const waits = await Promise.all(
      clients.map(async (client) => {
        const { reconnectAfterMs } = await client.next('session.ending')
        expect(await client.closed).toBe(1012)
        expect(client.frames.at(-1)).toMatchObject({ event: 'session.ending' })
        return reconnectAfterMs
      }),
    )
    expect(new Set(waits).size).toBeGreaterThan(1)
    expect(await exited).toBe(0)
  })
})

test('what runs is answered, what was answered is kept, and nothing is stored that was not sent once', async () => {
  const alice = await connect(server, 'alice')
  const ids = Array.from({ length: 500 }, newId)
  const frames = ids.map((id, index) =>
    toFrame(JSON.stringify({ id: index, method: 'message.send', params: { id, userId: 'bob', text: id } })),
  )
  tcpOf(alice).write(Buffer.concat(frames))
  await alice.reply(5)
  expect(await server.signal('SIGTERM')).toBe(0)
  expect(await alice.closed).toBe(1012)
  const answered = alice.frames.flatMap((frame) => ('result' in frame ? [Number(frame['id'])] : []))
  expect(answered).toEqual(answered.map((_, index) => index))

  await server.restart()
  const bob = await connect(server, 'bob')
  const { conversations } = await bob.request('conversation.list')
  const [conversation] = conversations
  // no request was accepted without its reply, or replied to without being stored
  expect(conversation?.seq).toBe(answered.length)
  const { messages } = await bob.request('message.list', {
    conversationId: conversation?.id,
    afterSeq: 0,
    limit: 100,
  })
  expect(messages.map(({ id }) => id)).toEqual(ids.slice(0, messages.length))
})

test('calls and upgrades under way get an answer, be it 503', async () => {
  const tokens = await Promise.all(Array.from({ length: 10 }, () => issueToken(server, 'alice')))
  const held = await connect(server, 'alice')
  const calls = Promise.allSettled(
    Array.from({ length: 50 }, (_, index) =>
      callApi(server, 'POST /api/users/register', { body: { userId: `user${index}`, displayName: 'x' } }),
    ),
  )
  const upgrades = Promise.allSettled(tokens.map((token) => upgrade(server, { token })))
  expect(await server.signal('SIGTERM')).toBe(0)
  expect(await held.closed).toBe(1012)
  const registered = (await calls).flatMap((call) => (call.status === 'fulfilled' ? [call.value] : []))
  for (const { status, body } of registered)
    expect(`${status} ${body.error?.code}`).toMatch(/^(201 undefined|503 draining)$/)
  for (const opened of await upgrades) {
    expect(opened.status === 'rejected' || [101, 503].includes(opened.value.status)).toBe(true)
  }

  await server.restart()
  for (const { status, body } of registered.filter((answer) => answer.status === 201)) {
    const asked = await callApi(server, `GET /api/users/${String(body['userId'])}/online`)
    expect([status, asked.status]).toEqual([201, 200])
  }
})

test('a client that does not read holds nothing up', async () => {
  const [alice, bob] = await Promise.all([connect(server, 'alice'), connect(server, 'bob')])
  const { message } = await alice.say({ userId: 'bob' }, 'x'.repeat(10_000))
  await Promise.all(Array.from({ length: 30 }, () => alice.say({ userId: 'bob' }, 'x'.repeat(10_000))))
  await bob.settled()
  tcpOf(bob).pause()
  const page = { method: 'message.list', params: { conversationId: message.conversationId, limit: 100 } }
  const pages = Array.from({ length: 100 }, (_, index) =>
    toFrame(JSON.stringify({ id: index + 10, ...page })),
  )
  tcpOf(bob).write(Buffer.concat(pages))
  for (let round = 0; round < 100; round++) await alice.settled()

  expect(await server.signal('SIGTERM')).toBe(0)
  expect(await alice.closed).toBe(1012)
  bob.socket.terminate()
})

test('a second signal cuts nothing off', async () => {
  const clients = await Promise.all(Array.from({ length: 20 }, () => connect(server, 'alice')))
  clients.forEach((client) => void client.say({ userId: 'bob' }, 'last words').catch(() => {}))
  const exited = server.signal('SIGTERM')
  await expect.poll(() => server.output(), { interval: 1 }).toContain('stopping')
  server.process.kill('SIGTERM')
  server.process.kill('SIGINT')
  expect(await exited).toBe(0)
  for (const client of clients) expect(await client.closed).toBe(1012)
})

test('presence is kept: who was online is offline after the restart, last seen then', async () => {
  const alice = await connect(server, 'alice')
  const before = Date.now()
  await server.signal('SIGTERM')
  await alice.closed
  await server.restart()
  const { body } = await callApi(server, 'GET /api/users/alice/online')
  expect(body).toEqual({ userId: 'alice', isOnline: false, lastSeenAt: expect.any(String) })
  expect(Date.parse(String(body['lastSeenAt']))).toBeGreaterThanOrEqual(before)
})

test('kill -9 loses nothing acknowledged, and the next start works at once', async () => {
  const alice = await connect(server, 'alice')
  const acknowledged: string[] = []
  const sending = Promise.allSettled(
    Array.from({ length: 300 }, async () => {
      const { message } = await alice.say({ userId: 'bob' }, 'survive')
      acknowledged.push(message.id)
    }),
  )
  await expect.poll(() => acknowledged.length, { interval: 1 }).toBeGreaterThan(20)
  await server.signal('SIGKILL')
  expect(await alice.closed).toBe(1006)
  await sending

  await server.restart()
  const bob = await connect(server, 'bob')
  const { conversations } = await bob.request('conversation.list')
  const conversationId = conversations[0]?.id
  const stored = new Set<string>()
  for (let afterSeq = 0, more = true; more;) {
    const { messages, hasMore } = await bob.request('message.list', { conversationId, afterSeq, limit: 100 })
    messages.forEach(({ id }) => stored.add(id))
    afterSeq += messages.length
    more = hasMore
  }
  expect(acknowledged.filter((id) => !stored.has(id))).toEqual([])
})
