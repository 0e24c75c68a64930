// Signing a browser in and out: links that are spent by a click, the cookie, and the reference back end behind it.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callApi, issueToken, register } from '#rufer/tests/helpers/api.ts'
import { click, signIn, signInUrl } from '#rufer/tests/helpers/sign-in.ts'
import { connect, connectWith } from '#rufer/tests/helpers/client.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { readStored } from '#rufer/tests/helpers/stored.ts'
import { upgrade } from '#rufer/tests/helpers/wire.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
  await register(server, 'alice', 'bob')
})
afterAll(() => server.stop())

/** Asks the reference back end for a token, as the page does. */
const ask = (cookie: string | undefined, body: object = {}, headers: Record<string, string> = {}) =>
  callApi(server, 'POST /api/session-token', {
    body,
    key: null,
    headers: { ...(cookie && { cookie }), ...headers },
  })
const signOut = (cookie: string, headers: Record<string, string> = {}) =>
  callApi(server, 'POST /api/sign-out', { key: null, headers: { cookie, ...headers } })

describe('a sign-in link', () => {
  test('points to the sign-in page with 32 random bytes and lives for 10 minutes', async () => {
    const { status, body } = await callApi(server, 'POST /api/users/sign-in-link', {
      body: { userId: 'alice' },
    })
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual(['url', 'expiresAt'])
    expect(body['url']).toMatch(new RegExp(String.raw`^${server.url}/sign-in\?code=[\w-]{43}$`))
    const lifeMs = Date.parse(String(body['expiresAt'])) - Date.now()
    expect(lifeMs).toBeGreaterThan(540_000)
    expect(lifeMs).toBeLessThanOrEqual(600_000)
  })

  test('spends nothing when it is opened, signs in at the click, and only once', async () => {
    const link = await signInUrl(server, 'alice')
    for (let scan = 0; scan < 2; scan++) {
      const page = await fetch(link)
      expect(page.status).toBe(200)
      expect(page.headers.get('content-type')).toMatch(/^text\/html/)
      expect(page.headers.get('cache-control')).toBe('no-store')
      expect(page.headers.getSetCookie()).toEqual([])
      expect(await page.text()).toMatch(/<form method="post" action="\/sign-in">[^]*name="code"/)
    }

    const signedIn = await click(link)
    expect(signedIn.status).toBe(303)
    expect(signedIn.headers.get('location')).toBe('/chat')
    expect(signedIn.headers.get('cache-control')).toBe('no-store')
    const [cookie = ''] = signedIn.headers.getSetCookie()
    expect(cookie).toMatch(/^rufer_session=[\w-]{43};/)
    expect(new Set(cookie.split('; ').slice(1))).toEqual(
      new Set(['Max-Age=2592000', 'Path=/', 'HttpOnly', 'SameSite=Lax']),
    )

    const again = await click(link)
    expect(again.status).toBe(410)
    expect(again.headers.get('content-type')).toMatch(/^text\/html/)
    expect(again.headers.getSetCookie()).toEqual([])
    expect((await ask(cookie.split(';', 1)[0])).status).toBe(200)
  })

  test('of many clicks at once exactly one signs in', async () => {
    const link = await signInUrl(server, 'alice')
    const statuses = await Promise.all(Array.from({ length: 10 }, async () => (await click(link)).status))
    expect(statuses.toSorted((a, b) => a - b)).toEqual([303, ...Array(9).fill(410)])
  })

  test('unknown, missing, or with markup in it → 410, and the page shows no markup', async () => {
    for (const code of ['', 'x'.repeat(43), '"><script>alert(1)</script>']) {
      const link = new URL(`/sign-in?${new URLSearchParams({ code }).toString()}`, server.url)
      expect(await (await fetch(link)).text()).not.toContain('<script')
      expect((await click(link)).status).toBe(410)
    }
    expect((await fetch(`${server.url}/sign-in`, { method: 'POST' })).status).toBe(410)
  })

  test('expired → 410', async () => {
    await server.restart({ RUFER_SIGN_IN_LINK_TTL_MS: '1' })
    const link = await signInUrl(server, 'alice')
    const made = Date.now()
    await expect.poll(() => Date.now()).toBeGreaterThan(made + 1)
    expect((await click(link)).status).toBe(410)
    await server.restart()
  })

  test('is https where the public URL is, and then the cookie stays there', async () => {
    await server.restart({ RUFER_PUBLIC_URL: 'https://chat.example.com' })
    const { body } = await callApi(server, 'POST /api/users/sign-in-link', { body: { userId: 'alice' } })
    expect(body['url']).toMatch(/^https:\/\/chat\.example\.com\/sign-in\?code=/)
    const { headers } = await click(await signInUrl(server, 'alice'))
    expect(headers.getSetCookie()[0]).toMatch(/; Secure(;|$)/)
    await server.restart()
  })
})

describe('the reference back end', () => {
  test('serves the signed-in user, whoever is named or not, and nobody else', async () => {
    const cookie = await signIn(server, 'alice')
    for (const body of [{}, { userId: 'alice' }]) {
      const answer = await ask(cookie, body)
      expect(answer.body).toEqual({
        token: expect.stringMatching(/^[\w-]{43}$/),
        expiresAt: expect.any(String),
      })
      const opened = await upgrade(server, { token: String(answer.body['token']) })
      opened.drop()
      expect(opened.status).toBe(101)
    }
    const refused = [
      await ask(cookie, { userId: 'bob' }),
      await ask(undefined, { userId: 'alice' }),
      await ask(undefined),
      await ask(`rufer_session=${'x'.repeat(43)}`, { userId: 'alice' }),
      await ask('rufer_session=', { userId: 'alice' }),
      await ask('other=1; rufer_session', { userId: 'nobody' }),
    ]
    for (const { status, body } of refused) {
      expect({ status, code: body.error?.code }).toEqual({ status: 403, code: 'sign-in-required' })
    }
  })

  test('serves any registered user in demo mode', async () => {
    const cookie = await signIn(server, 'alice')
    await server.restart({ RUFER_DEMO: 'true' })
    expect((await ask(undefined, { userId: 'bob' })).status).toBe(200)
    expect((await ask(cookie, { userId: 'bob' })).status).toBe(200)
    expect((await ask(cookie)).status).toBe(200)
    expect(await ask(undefined, { userId: 'nobody' })).toMatchObject({
      status: 404,
      body: { error: { code: 'user-not-found' } },
    })
    expect(await ask(undefined)).toMatchObject({ status: 400, body: { error: { code: 'invalid-params' } } })
    await server.restart()
  })
})

test('sign-out ends every copy of the cookie, its connections and its unused tokens, and nothing else', async () => {
  const [cookie, other] = [await signIn(server, 'alice'), await signIn(server, 'alice')]
  const tokenOf = async (copy: string) => String((await ask(copy)).body['token'])
  const connectBy = async (token: string) => connectWith(server, { userId: 'alice', token })
  const opened = await connectBy(await tokenOf(cookie))
  const bystanders = [await connectBy(await tokenOf(other)), await connect(server, 'alice')]
  const [unused, others] = [await tokenOf(cookie), await tokenOf(other)]

  const { status, body, headers } = await signOut(cookie)

  expect({ status, body }).toEqual({ status: 200, body: {} })
  expect(headers.getSetCookie()[0]).toMatch(/^rufer_session=; Max-Age=0; Path=\//)
  expect(await opened.next('session.ending')).toMatchObject({ reconnectAfterMs: null })
  expect(await opened.closed).toBe(4401)
  expect((await ask(cookie)).status).toBe(403)
  expect((await upgrade(server, { token: unused })).status).toBe(401)
  expect((await ask(other)).status).toBe(200)
  const still = await upgrade(server, { token: others })
  still.drop()
  expect(still.status).toBe(101)
  for (const client of bystanders) {
    await client.settled()
    await client.close()
  }
  expect((await signOut(cookie)).status).toBe(200)
  expect((await callApi(server, 'POST /api/sign-out', { key: null })).status).toBe(200)
})

describe('a page of another origin', () => {
  test.each(['https://evil.example.com', 'null', 'http://127.0.0.1:1', 'nonsense'])(
    '%s is refused by all three calls, and spends nothing',
    async (origin) => {
      const cookie = await signIn(server, 'alice')
      const link = await signInUrl(server, 'alice')
      const refused = await click(link, { origin })
      expect(refused.status).toBe(403)
      expect(await refused.json()).toMatchObject({ error: { code: 'origin-refused' } })
      for (const answer of [await ask(cookie, {}, { origin }), await signOut(cookie, { origin })]) {
        expect(answer).toMatchObject({ status: 403, body: { error: { code: 'origin-refused' } } })
      }
      expect((await ask(cookie, {}, { origin: server.url })).status).toBe(200)
      expect((await click(link, { origin: server.url })).status).toBe(303)
      expect((await signOut(cookie, { origin: server.url })).status).toBe(200)
    },
  )
})

test('what is stored holds hashes only', async () => {
  const code = (await signInUrl(server, 'alice')).searchParams.get('code') ?? ''
  const cookie = (await signIn(server, 'alice')).split('=')[1] ?? ''
  const token = await issueToken(server, 'alice')
  const stored = await readStored(server)
  for (const secret of [code, cookie, token]) {
    expect(secret).toHaveLength(43)
    expect(stored.includes(createHash('sha256').update(secret).digest('base64url'))).toBe(true)
    expect(stored.includes(secret)).toBe(false)
    expect(stored.includes(Buffer.from(secret, 'base64url'))).toBe(false)
  }
})
