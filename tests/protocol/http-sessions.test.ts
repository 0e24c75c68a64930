// Sessions over HTTP: tokens and links are handed out within limits, and ended all at once.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callApi, issueToken, register } from '#rufer/tests/helpers/api.ts'
import { connect } from '#rufer/tests/helpers/client.ts'
import { SECRET_KEY, startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { signIn } from '#rufer/tests/helpers/sign-in.ts'
import { upgrade } from '#rufer/tests/helpers/wire.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
  await register(server, 'alice', 'bob')
})
afterAll(() => server.stop())

const endAll = (userId: string) => callApi(server, `DELETE /api/users/${userId}/sessions`)
const aliceToken = () => issueToken(server, 'alice')
async function statusOf(token: string) {
  const answer = await upgrade(server, { token })
  answer.drop()
  return answer.status
}

describe.each(['POST /api/users/session-token', 'POST /api/users/sign-in-link'])('%s', (call) => {
  test.each([
    ['nobody', { userId: 'nobody' }, '404 user-not-found'],
    ['no id', {}, '400 invalid-params'],
    ['what is no id', { userId: ' ' }, '400 invalid-params'],
    ['an operator', { userId: { $ne: null } }, '400 invalid-params'],
    ['an unknown field', { userId: 'alice', ttlMs: 1 }, '400 invalid-params'],
  ])('of %s → %s', async (_name, given, answer) => {
    const { status, body } = await callApi(server, call, { body: given })
    expect(`${status} ${body.error?.code}`).toBe(answer)
  })
})

test('a token is 32 random bytes, valid for 15 minutes', async () => {
  const before = Date.now()
  const { status, body } = await callApi(server, 'POST /api/users/session-token', {
    body: { userId: 'alice' },
  })
  expect(status).toBe(200)
  expect(body).toEqual({ token: expect.stringMatching(/^[\w-]{43}$/), expiresAt: expect.any(String) })
  const lifeMs = Date.parse(String(body['expiresAt'])) - before
  expect(lifeMs).toBeGreaterThanOrEqual(900_000)
  expect(lifeMs).toBeLessThan(960_000)
  expect(await aliceToken()).not.toBe(body['token'])
})

describe('DELETE /api/users/:userId/sessions', () => {
  test('closes every connection with 4401 and tells how many; other users notice nothing', async () => {
    const [alice, phone, bob] = await Promise.all(['alice', 'alice', 'bob'].map((id) => connect(server, id)))
    expect((await endAll('alice')).body).toEqual({ closed: 2 })
    for (const client of [alice, phone]) {
      expect(await client?.next('session.ending')).toMatchObject({ reconnectAfterMs: null })
      expect(await client?.closed).toBe(4401)
    }
    await bob?.settled()
    expect((await endAll('alice')).body).toEqual({ closed: 0 })
    await bob?.close()
  })

  test('voids every token, link and browser session', async () => {
    const token = await aliceToken()
    const link = await callApi(server, 'POST /api/users/sign-in-link', { body: { userId: 'alice' } })
    const cookie = await signIn(server, 'alice')
    const bobs = await issueToken(server, 'bob')
    await endAll('alice')

    expect(await statusOf(token)).toBe(401)
    const page = await fetch(`${server.url}/sign-in`, {
      method: 'POST',
      body: new URL(String(link.body['url'])).searchParams,
    })
    expect(page.status).toBe(410)
    const asked = await callApi(server, 'POST /api/session-token', {
      body: {},
      key: null,
      headers: { cookie },
    })
    expect(asked).toMatchObject({ status: 403, body: { error: { code: 'sign-in-required' } } })
    expect(await statusOf(bobs)).toBe(101)
  })

  test('spares no upgrade that is under way', async () => {
    for (let round = 0; round < 20; round++) {
      const token = await aliceToken()
      const opening = upgrade(server, { token })
      await endAll('alice')
      const answer = await opening
      expect([101, 401]).toContain(answer.status)
      await expect.poll(() => answer.isGone()).toBe(true)
    }
  })

  test('of nobody → 404', async () => {
    expect(await endAll('nobody')).toMatchObject({ status: 404, body: { error: { code: 'user-not-found' } } })
  })
})

describe('limits', () => {
  const off = {
    RUFER_LIMIT_TOKENS_PER_MINUTE: '0',
    RUFER_LIMIT_UNUSED_TOKENS: '0',
    RUFER_LIMIT_WRONG_KEYS_PER_MINUTE: '0',
  }

  test('so many tokens a minute a user', async () => {
    await register(server, 'eager')
    await server.restart({ ...off, RUFER_LIMIT_TOKENS_PER_MINUTE: '3' })
    const ask = () => callApi(server, 'POST /api/users/session-token', { body: { userId: 'eager' } })
    const statuses = (await Promise.all(Array.from({ length: 3 }, ask))).map(({ status }) => status)
    expect(statuses).toEqual([200, 200, 200])
    const refused = await ask()
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 'rate-limited' } } })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(20)
    expect(await statusOf(await aliceToken())).toBe(101)
  })

  test('so many unused tokens: the oldest is void', async () => {
    await server.restart({ ...off, RUFER_LIMIT_UNUSED_TOKENS: '2' })
    const [first, second, third] = [await aliceToken(), await aliceToken(), await aliceToken()]
    expect(await statusOf(first)).toBe(401)
    expect(await statusOf(second)).toBe(101)
    // one is used, so there is room again
    await aliceToken()
    expect(await statusOf(third)).toBe(101)
  })

  test('so many wrong keys an address; the right one always passes, a missing one does not count', async () => {
    await server.restart({ ...off, RUFER_LIMIT_WRONG_KEYS_PER_MINUTE: '2' })
    const [one = server] = server.processes
    const ask = (key: string | null) => callApi(one, 'GET /api/users/alice/online', { key })
    for (let round = 0; round < 5; round++) expect((await ask(null)).status).toBe(401)
    expect([(await ask('wrong')).status, (await ask('wrong')).status]).toEqual([401, 401])
    const refused = await ask('wrong')
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 'rate-limited' } } })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await ask(SECRET_KEY)).status).toBe(200)
    expect((await ask(null)).status).toBe(401)
  })

  test('0 turns them off', async () => {
    await server.restart(off)
    const wrong = Array.from({ length: 30 }, () =>
      callApi(server, 'GET /api/users/alice/online', { key: 'wrong' }),
    )
    for (const { status } of await Promise.all(wrong)) expect(status).toBe(401)
    const tokens = await Promise.all(Array.from({ length: 60 }, aliceToken))
    expect(await statusOf(tokens[0] ?? '')).toBe(101)
  })
})
