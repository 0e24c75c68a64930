// Access as a table: every HTTP call, method and event, and who gets what of it. What has no row fails.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callApi, register, type ApiAnswer } from '#rufer/tests/helpers/api.ts'
import { connectWith, newId, type TestClient } from '#rufer/tests/helpers/client.ts'
import { hearGone, heardBesidesComing, meet, registerNew, UNHURRIED } from '#rufer/tests/helpers/people.ts'
import { samplesOf } from '#rufer/tests/helpers/samples.ts'
import { SECRET_KEY, startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { signIn } from '#rufer/tests/helpers/sign-in.ts'
import { upgrade } from '#rufer/tests/helpers/wire.ts'
import { events } from '#rufer/shared/protocol/events.ts'
import { calls } from '#rufer/shared/protocol/http.ts'
import { methods } from '#rufer/shared/protocol/methods.ts'

const NEW_KEY = SECRET_KEY.replace('b', 'c')
const ROOT = join(import.meta.dirname, '../..')

/** Browsers by whose they are, then back ends by their key. The call is always about alice. */
const CALLERS = [
  'nobody',
  'stranger',
  'alice',
  'her other browser',
  'signed out',
  'no key',
  'wrong key',
  'old key',
  'new key',
] as const
const KEYED = (passed: number) => [401, 401, 401, 401, 401, 401, 401, passed, passed]
const OPEN = (status: number) => CALLERS.map(() => status)

const CALL_ROWS: Record<string, number[]> = {
  'POST /api/users/register': KEYED(200),
  'POST /api/users/session-token': KEYED(200),
  'GET /api/users/:userId/online': KEYED(200),
  'GET /api/users/:userId/export': KEYED(200),
  'DELETE /api/users/:userId': KEYED(200),
  'DELETE /api/users/:userId/sessions': KEYED(200),
  'POST /api/users/sign-in-link': KEYED(200),
  'POST /api/messages': KEYED(200),
  // of no message there is
  'GET /api/messages/:id/trace': KEYED(404),
  'GET /api/webhooks/dead-letters': KEYED(200),
  'POST /api/webhooks/dead-letters/replay': KEYED(200),
  'POST /api/webhooks/dead-letters/drop': KEYED(200),
  // a key is no sign-in
  'POST /api/session-token': [403, 403, 200, 200, 403, 403, 403, 403, 403],
  // whoever is signed in to nothing is signed out of nothing
  'POST /api/sign-out': OPEN(200),
  'GET /health': OPEN(200),
  'GET /ready': OPEN(200),
  // beside the table of calls
  'GET /metrics': OPEN(401),
  'GET /docs': OPEN(200),
  'GET /openapi.json': OPEN(200),
  'GET /asyncapi.json': OPEN(200),
  'GET /sign-in': OPEN(200),
  'POST /sign-in': OPEN(410),
  'GET /ws': OPEN(426),
  'GET /api/nowhere': OPEN(404),
}

type Outcome = 'answered' | 'conversation-not-found'
/** What a stranger gets who asks for what is alice's and bob's; `answered` is about the stranger alone. Members get an answer. */
const METHOD_ROWS: Record<string, Outcome> = {
  'message.send': 'conversation-not-found',
  'message.list': 'conversation-not-found',
  'conversation.open': 'answered',
  'conversation.list': 'answered',
  'conversation.get': 'conversation-not-found',
  'conversation.sync': 'answered',
  'receipt.update': 'conversation-not-found',
  'typing.start': 'conversation-not-found',
  'typing.stop': 'conversation-not-found',
  'presence.watch': 'answered',
  'user.get': 'answered',
  'session.ping': 'answered',
}

/**
 * Who hears of what alice does with one of her devices: it, her other one, bob's, a stranger's, one of bob's signed out. In
 * the end she is erased, and hers are gone.
 */
const LISTENERS = ['device', 'other device', 'bob', 'stranger', 'signed out'] as const
const EVENT_ROWS: Record<string, boolean[]> = {
  'session.started': [true, true, true, true, true],
  'message.created': [true, true, true, false, false],
  'message.updated': [false, false, true, false, false],
  'receipt.updated': [true, true, true, false, false],
  'conversation.updated': [true, true, true, false, false],
  'typing.started': [false, false, true, false, false],
  'typing.stopped': [false, false, true, false, false],
  'presence.changed': [false, false, true, false, false],
  'session.ending': [false, false, false, false, true],
}

let server: TestServer
beforeAll(async () => {
  server = await startServer({
    env: {
      ...UNHURRIED,
      RUFER_SECRET_KEY: `${NEW_KEY},${SECRET_KEY}`,
      RUFER_METRICS_TOKEN: 'for-the-metrics-alone',
      RUFER_LIMIT_WRONG_KEYS_PER_MINUTE: '0',
    },
  })
  await register(server, 'bob')
})
afterAll(() => server.stop())

test('every call, route, method and event has a row', () => {
  const routes = globSync('server/{api,routes}/**/*.ts', { cwd: ROOT }).map(toCall)
  const rows = Object.keys(CALL_ROWS)
  expect(rows).toEqual(expect.arrayContaining(Object.keys(calls)))
  expect(routes.filter((route) => !rows.includes(route))).toEqual([])
  expect(Object.keys(METHOD_ROWS)).toEqual(Object.keys(methods))
  expect(Object.keys(EVENT_ROWS)).toEqual(Object.keys(events))
})

describe('HTTP', () => {
  test.each(Object.entries(CALL_ROWS))('%s', async (call, row) => {
    const outcomes: number[] = []
    for (const caller of CALLERS) outcomes.push((await callAs(caller, call)).status)
    expect(Object.fromEntries(CALLERS.map((caller, at) => [caller, outcomes[at]]))).toEqual(
      Object.fromEntries(CALLERS.map((caller, at) => [caller, row[at]])),
    )
  })

  test('once the keys are changed the old one opens nothing any more', async () => {
    await server.restart({ RUFER_SECRET_KEY: NEW_KEY })
    for (const [call] of Object.entries(calls).filter(([, { key }]) => key)) {
      expect([call, (await callWith(call, { key: SECRET_KEY })).status]).toEqual([call, 401])
    }
    await server.restart()
  })
})

describe('sockets', () => {
  test('no key and no cookie opens one', async () => {
    const cookie = await signIn(server, await registerNew(server, 'alice'))
    for (const headers of [
      {},
      { 'x-rufer-secret-key': SECRET_KEY },
      { 'x-rufer-secret-key': NEW_KEY },
      { Cookie: cookie },
    ]) {
      expect((await upgrade(server, { headers })).status).toBe(401)
    }
  })

  test.each(Object.entries(METHOD_ROWS))('%s', async (method, outcome) => {
    const { alice, bob, mallory, conversationId } = await meet(server)
    await alice.say({ conversationId }, 'between us')
    const phone = await connectBy(await cookieOf(alice.userId), alice.userId)
    const signedOut = await connectBy(await cookieOf(bob.userId), bob.userId, { thenSignOut: true })
    const params = () => samplesOf({ conversationId, peerId: bob.userId })[method as keyof typeof methods]
    const ask = (client: TestClient) => client.request(method as keyof typeof methods, params())

    for (const member of [alice, phone]) await expect(ask(member)).resolves.toEqual(expect.anything())
    await expect(ask(signedOut)).rejects.toThrow('closed 4401')
    const { told, code } = await asked(mallory, { method, params: params() })
    expect(code ?? 'answered').toBe(outcome)
    expect(told).not.toMatch(/between us|"online"/)
    expect(told).not.toContain(conversationId)
    await Promise.all([alice, phone, bob, mallory].map((client) => client.close()))
  })

  test('events', async () => {
    const { alice: device, bob, mallory, conversationId } = await meet(server)
    const other = await connectBy(await cookieOf(device.userId), device.userId)
    const signedOut = await connectBy(await cookieOf(bob.userId), bob.userId, { thenSignOut: true })
    await device.request('typing.start', { conversationId })
    await bob.next('typing.started')
    await device.say({ conversationId }, 'between us')
    await bob.next('message.created')
    await device.request('receipt.update', { conversationId, deliveredSeq: 1 })
    await bob.request('receipt.update', { conversationId, readSeq: 1 })
    await device.next('receipt.updated')
    const body = { userId: device.userId, displayName: 'Alice by another name' }
    await callApi(server, 'POST /api/users/register', { body })
    await Promise.all([bob, device, other].map((client) => client.next('conversation.updated')))
    const listeners = [device, other, bob, mallory, signedOut]
    await Promise.all([device, other, mallory].map((client) => client.settled()))
    await Promise.all([device.close(), other.close()])
    await hearGone(bob, device.userId)
    await callApi(server, `DELETE /api/users/${device.userId}`)
    await bob.next('message.updated')

    const comers = [bob.userId, bob.userId, '', '', device.userId]
    const told = listeners.map((client, at) => heardBesidesComing(client, comers[at]))
    const outcome = Object.keys(events).map((event) => [event, told.map((heardOf) => heardOf.has(event))])
    expect(LISTENERS).toHaveLength(listeners.length)
    expect(Object.fromEntries(outcome)).toEqual(EVENT_ROWS)
    await Promise.all([bob.close(), mallory.close()])
  })
})

// --- Internal helpers ---

type Caller = (typeof CALLERS)[number]

const KEYS: Partial<Record<Caller, string>> = {
  'wrong key': 'x'.repeat(40),
  'old key': SECRET_KEY,
  'new key': NEW_KEY,
}

/** Calls about a new alice, as somebody. */
async function callAs(caller: Caller, call: string): Promise<{ status: number }> {
  const userId = await registerNew(server, 'alice')
  return callWith(call, { key: KEYS[caller] ?? null, cookie: await cookieFor(caller, userId), userId })
}

async function cookieFor(caller: Caller, userId: string): Promise<string | undefined> {
  if (caller === 'stranger') return cookieOf(await registerNew(server, 'mallory'))
  if (caller === 'alice' || caller === 'her other browser') return cookieOf(userId)
  if (caller !== 'signed out') return undefined
  const cookie = await cookieOf(userId)
  await callApi(server, 'POST /api/sign-out', { key: null, headers: { cookie } })
  return cookie
}

const cookieOf = (userId: string) => signIn(server, userId)

interface CallWith {
  key: string | null
  cookie?: string | undefined
  userId?: string
}

async function callWith(
  call: string,
  { key, cookie, userId = 'alice' }: CallWith,
): Promise<{ status: number }> {
  const [method = '', path = ''] = call.replace(':userId', userId).replace(':id', newId()).split(' ')
  const isForm = path === '/sign-in'
  const headers: Record<string, string> = {
    ...(cookie && { cookie }),
    ...(key && { 'x-rufer-secret-key': key }),
  }
  if (method !== 'POST' || path.endsWith('sign-out') || isForm)
    return fetch(`${server.url}${path}`, { method, headers })
  const bodies: Record<string, object> = {
    '/api/users/register': { userId, displayName: userId },
    '/api/webhooks/dead-letters/replay': { ids: [] },
    '/api/webhooks/dead-letters/drop': { ids: [] },
    '/api/messages': {
      id: newId(),
      senderId: userId,
      userId: 'bob',
      text: 'hello',
    },
  }
  const body = bodies[path] ?? { userId }
  const answer: ApiAnswer = await callApi(server, call, { key: null, headers, body })
  return answer
}

/** A connection of a signed-in browser, which may then sign out. */
async function connectBy(cookie: string, userId: string, { thenSignOut = false } = {}): Promise<TestClient> {
  const { body } = await callApi(server, 'POST /api/session-token', {
    key: null,
    headers: { cookie },
    body: {},
  })
  const client = await connectWith(server, { userId, token: String(body['token']) })
  if (!thenSignOut) return client
  await callApi(server, 'POST /api/sign-out', { key: null, headers: { cookie } })
  expect(await client.closed).toBe(4401)
  return client
}

/** What somebody is told in the reply to a request, and the code if that is an error. */
async function asked(client: TestClient, request: { method: string; params: object }) {
  const id = 1_000
  client.sendRaw(JSON.stringify({ id, ...request }))
  const reply = await client.reply(id)
  const { code }: { code?: string } = Object(reply['error'])
  return { told: JSON.stringify(reply), code }
}

/** "server/api/users/[userId]/online.get.ts" → "GET /api/users/:userId/online" */
function toCall(file: string): string {
  if (file.endsWith('server/api/[...].ts') || file.endsWith('server/api/index.ts')) return 'GET /api/nowhere'
  const [, path = '', method = 'get'] =
    /^server\/(?:routes\/|(?=api\/))(.+?)(?:\.(get|post|put|patch|delete))?\.ts$/.exec(file) ?? []
  return `${method.toUpperCase()} /${path.replace(/\[(\w+)\]/g, ':$1')}`
}
