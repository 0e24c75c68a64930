// Settings: what misspelt ones, two keys, metrics and the log do.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callApi, issueToken, register } from '#rufer/tests/helpers/api.ts'
import { signIn, signInUrl } from '#rufer/tests/helpers/sign-in.ts'
import { connect } from '#rufer/tests/helpers/client.ts'
import { METRICS_TOKEN, readMetrics } from '#rufer/tests/helpers/metrics.ts'
import { SECRET_KEY, startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { upgrade } from '#rufer/tests/helpers/wire.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

test('a setting nobody knows is warned about, by its name only', async () => {
  await server.restart({ RUFER_LIMIT_REQUEST_PER_SECOND: 'misspelt-value' })
  expect(server.log()).toContainEqual(
    expect.objectContaining({ level: 'warn', name: 'RUFER_LIMIT_REQUEST_PER_SECOND' }),
  )
  expect(server.output()).not.toContain('misspelt-value')
})

test('two keys pass while one is being changed', async () => {
  const next = SECRET_KEY.replace('b', 'c')
  await server.restart({ RUFER_SECRET_KEY: `${next},${SECRET_KEY}` })
  const ask = async (key: string) => (await callApi(server, 'GET /api/users/nobody/online', { key })).status
  expect([await ask(next), await ask(SECRET_KEY), await ask(`${next},${SECRET_KEY}`)]).toEqual([
    404, 404, 401,
  ])
  await server.restart({ RUFER_SECRET_KEY: next })
  expect([await ask(next), await ask(SECRET_KEY)]).toEqual([404, 401])
})

describe('GET /metrics', () => {
  test('is 404 without RUFER_METRICS_TOKEN, whatever is sent', async () => {
    await server.restart()
    const headers = { authorization: 'Bearer undefined' }
    for (const sent of [{}, { headers }])
      expect((await fetch(`${server.url}/metrics`, sent)).status).toBe(404)
  })

  test('is 401 without the token or with another, else Prometheus text', async () => {
    await server.restart({ RUFER_METRICS_TOKEN: METRICS_TOKEN })
    for (const authorization of ['', 'Bearer other', METRICS_TOKEN, `Basic ${METRICS_TOKEN}`]) {
      expect((await fetch(`${server.url}/metrics`, { headers: { authorization } })).status).toBe(401)
    }
    await callApi(server, 'GET /api/users/alice/online', { key: 'wrong' })
    expect(await readMetrics(server)).toMatchObject({
      rufer_connections: 0,
      'rufer_refused_total{reason="wrong-key"}': 1,
    })
  })
})

describe('the log', () => {
  test('tells nothing secret, at any level', async () => {
    await server.restart({ RUFER_LOG_LEVEL: 'debug' })
    await register(server, 'alice', 'bob')
    const token = await issueToken(server, 'alice')
    const text = 'a text for nobody else'
    await upgrade(server, { token, headers: { Origin: 'https://evil.example.com' } })
    await upgrade(server, { token }).then((answer) => answer.drop())
    await upgrade(server, { token })
    const alice = await connect(server, 'alice')
    await alice.say({ userId: 'bob' }, text)
    await alice.refused('message.send', { id: 'nonsense', userId: 'bob', text })
    const code = (await signInUrl(server, 'alice')).searchParams.get('code') ?? ''
    await fetch(`${server.url}/sign-in?code=${code}&code=${code}`)
    const cookie = (await signIn(server, 'alice')).split('=')[1] ?? ''
    await callApi(server, 'POST /api/users/register', { key: 'a-wrong-key-nobody-should-see' })
    await callApi(server, 'POST /api/users/register', { body: `{"userId":"${text}` })
    alice.sendRaw(text)
    expect(await alice.closed).toBe(4400)
    await server.signal('SIGTERM')
    expect(server.output()).toContain('a wrong secret key was refused')
    for (const secret of [SECRET_KEY, token, text, code, cookie, 'a-wrong-key-nobody-should-see']) {
      expect(secret.length).toBeGreaterThan(10)
      expect(server.output()).not.toContain(secret)
    }
  })

  test('is silent where it is told to be', async () => {
    await server.restart({ RUFER_LOG_LEVEL: 'silent' })
    await callApi(server, 'GET /api/users/alice/online', { key: 'wrong' })
    await server.signal('SIGTERM')
    expect(server.log()).toEqual([])
  })
})
