// The HTTP API in general: the order of its checks, its errors, its headers, and what a body may be.
import { request } from 'node:http'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callApi, register } from '#rufer/tests/helpers/api.ts'
import { outside } from '#rufer/tests/helpers/outside.ts'
import { ENGINE, SECRET_KEY, startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { exchange } from '#rufer/tests/helpers/wire.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
  await register(server, 'alice')
})
afterAll(() => server.stop())

const KEYED = [
  'POST /api/users/register',
  'POST /api/users/session-token',
  'GET /api/users/alice/online',
  'DELETE /api/users/alice/sessions',
  'POST /api/users/sign-in-link',
  'POST /api/messages',
]
const toError = (code: string) => ({
  error: { code, message: expect.stringMatching(/^unable to [a-z -]+; \S/) },
})

describe('the secret key', () => {
  test.each(KEYED)('%s needs it before anything else is looked at', async (call) => {
    const wrong = [
      { key: null },
      { key: 'not-the-key' },
      { key: `${SECRET_KEY}x` },
      { key: '' },
      { key: null, body: '{' },
      { key: null, body: 'x'.repeat(70_000) },
      { key: null, headers: { 'content-type': 'text/plain' } },
      { key: null, headers: { authorization: `Bearer ${SECRET_KEY}` } },
    ]
    const answers = await Promise.all(
      wrong.map(({ body, ...rest }) =>
        callApi(server, call, { ...rest, ...(body !== undefined && call.startsWith('POST') && { body }) }),
      ),
    )
    const [first] = answers
    expect(first).toMatchObject({ status: 401, body: toError('unauthorized') })
    for (const { status, body } of answers)
      expect({ status, body }).toEqual({ status: 401, body: first?.body })
  })
})

describe('any other path or method under /api', () => {
  test.each([
    'GET /api/users/register',
    'PUT /api/users/register',
    'PATCH /api/users/register',
    'DELETE /api/users/register',
    'GET /api/users/session-token',
    'POST /api/users/alice/online',
    'GET /api/users/alice/sessions',
    'GET /api/session-token',
    'GET /api/sign-out',
    'GET /api/users/alice',
    'GET /api/users',
    'POST /api/users',
    'GET /api/users/alice/online/more',
    'POST /api/users/register/more',
    'GET /api/nonsense',
    'POST /api/nonsense',
    'GET /api/',
    'GET /api',
    'OPTIONS /api/users/register',
    'OPTIONS /api/session-token',
    'GET /api/_nuxt_icon/x',
    'GET /api/__proto__',
    'GET /api/%zz',
    'GET /api/%00',
  ])('%s → 404, with the key and without', async (call) => {
    for (const key of [SECRET_KEY, null]) {
      const { status, body } = await callApi(server, call, { key })
      expect({ key, status, body }).toEqual({ key, status: 404, body: toError('not-found') })
    }
  })

  test('HEAD is answered without a body', async () => {
    const { status } = await fetch(`${server.url}/api/users/register`, { method: 'HEAD' })
    expect(status).toBe(404)
  })

  test('a method that HTTP does not know, too', async () => {
    const answer = await exchange(
      server,
      'PROPFIND /api/users HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1.1 404 [^]*"not-found"/)
  })
})

test('nothing under /api is stored by caches or opened to other origins', async () => {
  const calls: [call: string, options: Parameters<typeof callApi>[2]][] = [
    ['POST /api/users/register', { body: { userId: 'alice', displayName: 'alice' } }],
    ['POST /api/users/register', { body: {} }],
    ['POST /api/users/register', { body: {}, key: null }],
    ['POST /api/users/register', { body: 'x'.repeat(70_000) }],
    ['GET /api/users/alice/online', {}],
    ['GET /api/users/nobody/online', {}],
    ['POST /api/session-token', { body: { userId: 'alice' }, key: null }],
    ['POST /api/sign-out', {}],
    ['GET /api/nonsense', {}],
    ['OPTIONS /api/users/register', { headers: { 'access-control-request-method': 'POST' } }],
  ]
  for (const [call, options = {}] of calls) {
    const { headers } = await callApi(server, call, {
      ...options,
      headers: { ...options.headers, origin: 'https://other.example.com' },
    })
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    const cors = [...headers.keys()].filter((name) => name.startsWith('access-control'))
    expect({ call, cors }).toEqual({ call, cors: [] })
  }
})

describe('a body', () => {
  const call = 'POST /api/users/register'
  const user = { userId: 'body', displayName: 'Body' }

  test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset=UTF-8'])(
    'may be sent as %s',
    async (type) => {
      const { status } = await callApi(server, call, { body: user, headers: { 'content-type': type } })
      expect([200, 201]).toContain(status)
    },
  )

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'multipart/form-data',
    '',
  ])('sent as "%s" → 415', async (type) => {
    const answer = await callApi(server, call, { body: user, headers: { 'content-type': type } })
    expect(answer).toMatchObject({ status: 415, body: toError('unsupported-media-type') })
  })

  test('without any type → 415', async () => {
    const answer = await exchange(
      server,
      `POST /api/users/register HTTP/1.1\r\nHost: x\r\nx-rufer-secret-key: ${SECRET_KEY}\r\n` +
        'Content-Length: 2\r\nConnection: close\r\n\r\n{}',
    )
    expect(answer).toMatch(/^HTTP\/1.1 415 [^]*"unsupported-media-type"/)
  })

  test.each([
    ['nothing', ''],
    ['half an object', '{"userId":"a"'],
    ['a word', 'hello'],
    ['two objects', '{}{}'],
    ['an array', '[]'],
    ['null', 'null'],
    ['a string', '"alice"'],
    ['a number', '1'],
    ['30,000 levels', `{"userId":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
    ['no field', '{}'],
    ['an unknown field', '{"userId":"a","displayName":"A","isAdmin":true}'],
    ['a __proto__', '{"userId":"a","displayName":"A","__proto__":{"isAdmin":true}}'],
    ['a constructor', '{"userId":"a","displayName":"A","constructor":{}}'],
    ['an operator', '{"userId":{"$ne":null},"displayName":"A"}'],
    ['a list of ids', '{"userId":["a"],"displayName":"A"}'],
    ['a number as id', '{"userId":7,"displayName":"A"}'],
    ['null as name', '{"userId":"a","displayName":null}'],
    ['null as avatar', '{"userId":"a","displayName":"A","avatarUrl":null}'],
  ])('that is %s → 400', async (_name, body) => {
    const answer = await callApi(server, call, { body })
    expect(answer).toMatchObject({ status: 400, body: toError('invalid-params') })
  })

  test('that is not UTF-8 → 400', async () => {
    const { status } = await fetch(`${server.url}/api/users/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-rufer-secret-key': SECRET_KEY },
      body: Buffer.from('7b22757365724964223a22ff227d', 'hex'),
    })
    expect(status).toBe(400)
  })

  test('names all that is wrong', async () => {
    const { body } = await callApi(server, call, { body: { userId: '', avatarUrl: 'x', surprise: 1 } })
    const paths = body.error?.issues?.map(({ path }) => path).toSorted()
    expect(paths).toEqual(['avatarUrl', 'displayName', 'surprise', 'userId'])
  })

  test('of exactly 64 KiB is read, of a byte more → 413', async () => {
    const bytes = JSON.stringify(user)
    expect(await callApi(server, call, { body: bytes.padEnd(65_536) })).toMatchObject({ body: user })
    expect(await callApi(server, call, { body: bytes.padEnd(65_537) })).toMatchObject({
      status: 413,
      body: toError('body-too-large'),
    })
  })

  test.each([65_537, 1_000_000, 20_000_000])('in chunks, of %i bytes, → 413', async (size) => {
    const sent = request(`${server.url}/api/users/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-rufer-secret-key': SECRET_KEY },
    })
    sent.on('error', () => {})
    const answered = new Promise((resolve) =>
      sent.once('response', async (response) =>
        resolve({ status: response.statusCode, body: await json(response) }),
      ),
    )
    for (let left = size; left > 0; left -= 10_000) sent.write('x'.repeat(Math.min(left, 10_000)))
    sent.end()
    expect(await answered).toEqual({ status: 413, body: toError('body-too-large') })
  })

  test('too large by its own word is refused before it comes', async () => {
    const answer = await exchange(
      server,
      `POST /api/users/register HTTP/1.1\r\nHost: x\r\nx-rufer-secret-key: ${SECRET_KEY}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 99999999\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1.1 413 [^]*"body-too-large"/)
  })
})

/** A server outside has whichever it has. */
const STORE: unknown = outside ? expect.stringMatching(/^(?:sqlite|mongodb)$/) : ENGINE

test('GET /health and GET /ready tell how it is', async () => {
  expect(await callApi(server, 'GET /health', { key: null })).toMatchObject({
    status: 200,
    body: { status: 'ok' },
  })
  const { status, body, headers } = await callApi(server, 'GET /ready', { key: null })
  expect({ status, body }).toEqual({
    status: 200,
    body: { status: 'ready', store: STORE, feedLagMs: expect.any(Number) },
  })
  expect(headers.get('cache-control')).toBe('no-store')
})
