// The end of a process: SIGTERM finishes what was accepted and tells everybody; kill -9 loses nothing acknowledged.
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { callApi, issueToken, register } from '#rufer/tests/helpers/api.ts'
import { connect, newId, type TestClient } from '#rufer/tests/helpers/client.ts'
import { SECRET_KEY, startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import {
  openTcp,
  standStill,
  tcpOf,
  toFrame,
  upgrade,
  upgradeHead,
  writeOnAndOn,
} from '#rufer/tests/helpers/wire.ts'

let server: TestServer
beforeEach(async () => {
  server = await startServer({
    // a stop is one process's own
    processes: 1,
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

describe('with peers that read nothing and answer nothing', () => {
  let alice: TestClient
  let silent: Socket[]
  beforeEach(async () => {
    alice = await connect(server, 'alice')
    // open sockets that neither read nor answer the close
    const tokens = await Promise.all(Array.from({ length: 20 }, () => issueToken(server, 'bob')))
    silent = tokens.map((token) => openStuck(upgradeHead({ token })))
    await Promise.all(silent.map((tcp) => once(tcp, 'data').then(() => tcp.pause())))
    // an upgrade without its end
    silent.push(openStuck('GET /ws HTTP/1.1\r\nHost: x\r\n'))
    // calls whose answers nobody reads, more than fit into the buffers of two sockets; they need no store, as behind one slow
    // answer the others wait, too, and the server stops reading only until it has left
    const call = `POST /api/sign-out HTTP/1.1\r\nHost: x\r\nx-filling: ${'x'.repeat(2_000)}\r\nContent-Length: 0\r\n\r\n`
    const calling = openStuck('').pause()
    silent.push(calling)
    const countTaken = writeOnAndOn(calling, call.repeat(20))
    await standStill(alice, countTaken)
  })
  afterEach(() => silent.forEach((tcp) => tcp.destroy()))

  test('everybody else is told, and the process exits with 0', async () => {
    // what is not in order within 10 s ends with 1
    expect(await server.signal('SIGTERM')).toBe(0)
    await alice.next('session.ending')
    expect(await alice.closed).toBe(1012)
    expect(server.log()).toContainEqual(expect.objectContaining({ msg: expect.stringContaining('no end') }))
  })

  test('nobody new is let in meanwhile', async () => {
    const token = await issueToken(server, 'alice')
    const exited = server.signal('SIGTERM')
    await expect.poll(() => server.output(), { interval: 1 }).toContain('stopping')
    const [upgraded, called, ready, health] = await Promise.all([
      upgrade(server, { token }),
      callApi(server, 'POST /api/users/session-token', { body: { userId: 'bob' } }),
      callApi(server, 'GET /ready'),
      callApi(server, 'GET /health'),
    ])
    expect(upgraded).toMatchObject({ status: 503, error: { code: 'draining' } })
    expect(called).toMatchObject({ status: 503, body: { error: { code: 'draining' } } })
    expect(ready).toMatchObject({ status: 503, body: { status: 'not-ready', reasons: ['draining'] } })
    expect(health.status).toBe(200)
    expect(await exited).toBe(0)
    // refused before it was looked at: the token is still good
    await server.restart()
    expect(await upgrade(server, { token })).toMatchObject({ status: 101 })
  })
})

function openStuck(bytes: string) {
  const tcp = openTcp(server)
  tcp.on('error', () => {})
  tcp.write(bytes)
  return tcp
}

test.each([
  ['a body in JSON', `/api/users/register HTTP/1.1\r\nx-rufer-secret-key: ${SECRET_KEY}`, 'application/json'],
  ['a form', '/sign-in HTTP/1.1', 'application/x-www-form-urlencoded'],
])('%s that never comes holds nothing up', async (_name, call, type) => {
  const tcp = openTcp(server)
  tcp.on('error', () => {})
  tcp.write(
    `POST ${call}\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n`,
  )
  await once(tcp, 'data')
  expect(await server.signal('SIGTERM')).toBe(0)
  tcp.destroy()
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
