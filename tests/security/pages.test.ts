// S24–S27, S33: what browsers are given, and what they are told never to do with it. Hostile text is in tests/e2e.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callApi } from '#rufer/tests/helpers/api.ts'
import { SECRET_KEY, startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { exchange } from '#rufer/tests/helpers/wire.ts'

const ROOT = join(import.meta.dirname, '../..')

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: { RUFER_DEMO: 'true' } })
})
afterAll(() => server.stop())

const PAGES = ['/', '/chat', '/chat?userId=alice&debug=true', '/nowhere', '/nowhere/else?x=1']
const open = (path: string) => fetch(`${server.url}${path}`, { headers: { accept: 'text/html' } })
/** The directives of a policy by their names. */
const toPolicy = (header: string | null) =>
  Object.fromEntries(
    (header ?? '')
      .split('; ')
      .map((directive) => [directive.split(' ', 1)[0], directive.split(' ').slice(1)]),
  )

test('S24 no template and no script of ours puts text into a page as markup', () => {
  const files = globSync(
    ['*.vue', '{components,pages}/**/*.vue', '{composables,stores,client,plugins}/**/*.ts'],
    { cwd: ROOT },
  )
  expect(files.length).toBeGreaterThan(80)
  const found = files.flatMap((file) => {
    const source = readFileSync(join(ROOT, file), 'utf8')
    const markup = source.match(
      /v-html|innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function/g,
    )
    return markup ? [`${file}: ${markup.join()}`] : []
  })
  expect(found).toEqual([])
})

describe('S25', () => {
  test.each(PAGES)('the policy of %s lets run what carries the nonce of this one answer', async (path) => {
    const [one, other] = [await open(path), await open(path)]
    const policy = toPolicy(one.headers.get('content-security-policy'))
    const nonce = /'nonce-([A-Za-z0-9+/]{22}==)'/.exec(policy['script-src']?.join(' ') ?? '')?.[1] ?? ''
    const host = new URL(server.url).host
    expect(policy).toEqual({
      'default-src': ["'none'"],
      'script-src': ["'self'", `'nonce-${nonce}'`],
      'style-src': ["'self'", `'nonce-${nonce}'`],
      'img-src': ["'self'", 'data:'],
      'font-src': ["'self'"],
      'connect-src': ["'self'", `ws://${host}`, `wss://${host}`],
      'base-uri': ["'none'"],
      'form-action': ["'self'"],
      'frame-ancestors': ["'none'"],
    })
    expect(other.headers.get('content-security-policy')).not.toContain(nonce)

    const html = await one.text()
    const tags = html.match(/<(?:script|style|link)\b[^>]*>/g) ?? []
    expect(tags.length).toBeGreaterThan(3)
    expect(tags.filter((tag) => !tag.includes(` nonce="${nonce}"`))).toEqual([])
    expect(html.match(/\son\w+\s*=|javascript:|\sstyle=/gi)).toBeNull()
  })

  test('a Host gets into no policy unless it is one', async () => {
    for (const host of ['a;script-src *', "a'unsafe-inline'", 'a,b', '*', 'a b', 'evil.example;']) {
      const [head = ''] = (await pageFor(host)).split('\r\n\r\n')
      expect(head).not.toMatch(/script-src \*|unsafe|ws:\/\/\*|evil|a,b/)
      expect(head).toMatch(/HTTP\/1.1 400 |connect-src 'self'; /)
    }
    expect(await pageFor('[::1]:3000')).toContain("connect-src 'self' ws://[::1]:3000 wss://[::1]:3000;")
  })

  test('the page of a sign-in link may do nothing but be sent, and tells no other page its address', async () => {
    const page = await open('/sign-in?code=x')
    const policy = toPolicy(page.headers.get('content-security-policy'))
    expect(policy).toMatchObject({
      'default-src': ["'none'"],
      'form-action': ["'self'"],
      'frame-ancestors': ["'none'"],
    })
    expect(JSON.stringify(policy)).not.toContain('unsafe')
    expect(page.headers.get('referrer-policy')).toBe('strict-origin')
  })
})

describe('S26', () => {
  test.each([
    '/',
    '/chat',
    '/nowhere',
    '/sign-in?code=x',
    '/health',
    '/ready',
    '/metrics',
    '/docs',
    '/openapi.json',
    '/asyncapi.json',
    '/api/users/register',
    '/api/nowhere',
    '/_nuxt/nowhere.js',
    asset(),
  ])('%s comes with every header', async (path) => {
    const { headers } = await open(path)
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': expect.stringMatching(/^(?:no-referrer|strict-origin)$/),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': expect.stringMatching(/frame-ancestors 'none'/),
    })
    expect(headers.has('x-powered-by')).toBe(false)
    expect(headers.has('server')).toBe(false)
    const mayBeKept = !/^\/(?:api|sign-in|health|ready)/.test(path)
    expect(headers.get('cache-control') === 'no-store' || mayBeKept).toBe(true)
  })

  test('over https, and only there, browsers are told to stay there', async () => {
    expect((await open('/chat')).headers.has('strict-transport-security')).toBe(false)
    await server.restart({ RUFER_PUBLIC_URL: 'https://chat.example.com' })
    const { headers } = await open('/chat')
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
    expect(toPolicy(headers.get('content-security-policy'))['connect-src']).toEqual([
      "'self'",
      'wss://chat.example.com',
    ])
    await server.restart({ RUFER_PUBLIC_URL: '' })
  })
})

test('S27 no answer opens itself to pages of other origins, and no call with the key can be made by one', async () => {
  const headers = {
    origin: 'https://evil.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'x-rufer-secret-key,content-type',
  }
  for (const path of [
    '/api/users/register',
    '/api/session-token',
    '/api/sign-out',
    '/health',
    '/metrics',
    '/chat',
  ]) {
    for (const method of ['OPTIONS', 'GET', 'POST']) {
      const answer = await fetch(`${server.url}${path}`, { method, headers })
      const opened = [...answer.headers.keys()].filter((name) => name.startsWith('access-control'))
      expect({ path, method, opened }).toEqual({ path, method, opened: [] })
      expect(answer.status).not.toBe(204)
    }
  }
  // a form needs no leave to be sent: it cannot set the header of the key, and its type is refused
  const form = { 'content-type': 'text/plain', origin: 'https://evil.example' }
  expect(
    (await callApi(server, 'POST /api/users/register', { key: null, body: '{}', headers: form })).status,
  ).toBe(401)
  expect(
    (await callApi(server, 'POST /api/users/register', { key: SECRET_KEY, body: '{}', headers: form }))
      .status,
  ).toBe(415)
  expect(
    (await callApi(server, 'POST /api/session-token', { key: null, body: '{}', headers: form })).status,
  ).toBe(403)
})

describe('S33 in production nothing answers that is for development or was left over', () => {
  test.each([
    '/_nitro/tasks',
    '/_nitro',
    '/_vfs',
    '/_vfs.json',
    '/_openapi.json',
    '/_scalar',
    '/_swagger',
    '/__nuxt_error?statusCode=500&message=x',
    '/__nuxt_devtools__/client',
    '/_nuxt/builds/latest.json',
    '/_payload.json',
    '/chat/_payload.json',
    '/__nuxt_island/x_1.json',
    '/_ipx/x',
    '/.env',
    '/.git/config',
    '/package.json',
    '/server/index.mjs',
    '/nitro.json',
    '/_nuxt/',
    '/_nuxt/..%2f..%2fserver%2findex.mjs',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/debug',
    '/test',
    '/admin',
    '/api/debug',
    '/api/test',
    '/socket.io/',
    '/sitemap.xml',
    '/rufer.db',
    '/.data/rufer.db',
    '/secret-key',
  ])('%s', async (path) => {
    const answer = await open(path)
    expect([404, 204]).toContain(answer.status)
    const text = await answer.text()
    expect(text.match(/root:|SQLite format|"version"|nitropack|at file:|node_modules/g)).toBeNull()
  })
})

// --- Internal helpers ---

/** The chat page as it is answered to a Host of any form. */
const pageFor = (host: string) =>
  exchange(server, `GET /chat HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)

/** A file that the build made. */
function asset(): string {
  const [file = ''] = globSync('_nuxt/*.js', { cwd: join(ROOT, '.output/public') })
  return `/${file}`
}
