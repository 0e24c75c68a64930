// S28, S30–S32: how it is run, what it writes down, and what it is made of.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settings } from '#rufer/server/config.ts'
import { callApi, issueToken, register, type ApiAnswer } from '#rufer/tests/helpers/api.ts'
import { connect } from '#rufer/tests/helpers/client.ts'
import { METRICS_TOKEN, readMetrics } from '#rufer/tests/helpers/metrics.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { click, signIn, signInUrl } from '#rufer/tests/helpers/sign-in.ts'
import { until } from '#rufer/tests/helpers/until.ts'
import { exchange, upgrade } from '#rufer/tests/helpers/wire.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

test('S28 what the documents say of production is TLS, and its proxies wait longer than pings take', () => {
  const docs = [
    'README.md',
    'SECURITY.md',
    ...readdirSync(join(ROOT, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ]
  const plain = docs.flatMap(
    (path) => read(path).match(/(?:ws|http):\/\/(?!localhost|127\.0\.0\.1|…)[\w.-]+/g) ?? [],
  )
  expect(plain).toEqual([])
  const proxy = read('docs/proxy.md')
  const waits = [...proxy.matchAll(/proxy_read_timeout (\d+)s/g)].map(
    ([, seconds]) => Number(seconds) * 1_000,
  )
  expect(waits.length).toBeGreaterThan(0)
  const { RUFER_HEARTBEAT_MS } = settings.parse({})
  for (const wait of waits) expect(wait).toBeGreaterThan(2 * RUFER_HEARTBEAT_MS)
  expect(proxy).toMatch(/listen 443 ssl/)
})

describe('S30', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer({ env: { RUFER_LOG_LEVEL: 'debug', RUFER_METRICS_TOKEN: METRICS_TOKEN } })
    await register(server, 'alice')
  })
  afterAll(() => server.stop())
  const lines = (msg: string) => server.log().filter((line) => line['msg'] === msg)
  /** What a server writes comes a moment after its answer. */
  const written = (msg: string, of?: ApiAnswer) =>
    until({ what: `the log has "${msg}"`, timeoutMs: 20_000 }, () => {
      const requestId = of?.headers.get('x-request-id')
      const isThere = lines(msg).some((line) => requestId === undefined || line['requestId'] === requestId)
      return isThere ? undefined : 'it has not'
    })

  test('whoever is let in is written down, and whoever is not, without what they carried', async () => {
    const link = await signInUrl(server, 'alice')
    await click(link)
    await click(link)
    const cookie = await signIn(server, 'alice')
    const alice = await connect(server, 'alice')
    await upgrade(server, { token: 'x'.repeat(43) })
    await upgrade(server, {
      token: await issueToken(server, 'alice'),
      headers: { Origin: 'https://evil.example' },
    })
    await callApi(server, 'POST /api/session-token', { key: null, body: {} })
    await callApi(server, 'POST /api/sign-out', { key: null, headers: { cookie } })
    await callApi(server, 'DELETE /api/users/alice/sessions')
    expect(await alice.closed).toBe(4401)
    await Promise.all([written('a connection ended'), written('all sessions of a user are ended')])

    const of = { level: 'info', userId: 'alice' }
    expect(lines('a sign-in link is made')).toMatchObject([of, of])
    expect(lines('a browser signed in')).toMatchObject([of, of])
    expect(lines('a browser signed out')).toMatchObject([of])
    expect(lines('all sessions of a user are ended')).toMatchObject([of])
    const { connectionId } = alice.started
    expect(lines('a connection opened')).toMatchObject([
      { connectionId, userId: 'alice', address: '127.0.0.1' },
    ])
    expect(lines('a connection ended')).toMatchObject([{ connectionId, reason: 'ended' }])
    const from = { level: 'info', address: '127.0.0.1' }
    expect(lines('somebody was not let in')).toMatchObject([
      { ...from, operation: 'sign in', code: 'unauthorized' },
      { ...from, operation: 'open connection', code: 'unauthorized' },
      { ...from, operation: 'open connection', code: 'origin-refused' },
      { ...from, operation: 'issue session token', code: 'sign-in-required' },
    ])
  })

  test('whoever knocks without end fills the counters and not the log', async () => {
    for (let round = 0; round < 60; round++) await upgrade(server, { token: 'y'.repeat(43) })
    expect(lines('somebody was not let in').length).toBeLessThan(40)
    expect((await readMetrics(server))['rufer_refused_total{reason="unauthorized"}']).toBe(62)
  })

  test('no answer shows a stack, a path or a version', async () => {
    const answers = await Promise.all([
      callApi(server, 'POST /api/users/register', { body: '{' }),
      callApi(server, 'GET /api/users/%zz/online'),
      callApi(server, 'GET /nowhere', { headers: { accept: 'application/json' } }),
      callApi(server, 'GET /nowhere', { headers: { host: '[' } }),
      callApi(server, 'GET /metrics'),
    ])
    for (const { body, headers } of answers) {
      expect(JSON.stringify([body, ...headers])).not.toMatch(
        / at |node_modules|\.mjs|\.ts:|stack|nitro|nuxt|h3\/|node\//i,
      )
    }
  })

  test('nobody writes into the log, whatever the address', async () => {
    const ask = (target: string, headers: string) =>
      exchange(server, `GET ${target} HTTP/1.1\r\n${headers}\r\nConnection: close\r\n\r\n`)
    await written('a call was answered', await callApi(server, 'GET /api/users/alice/online'))
    const told = server.output().length
    expect(await ask('/chat', 'Host: [')).toMatch(/^HTTP\/1.1 400 /)
    expect(await ask('/nowhere?code=secret', 'Host: evil.example:99999')).toMatch(/^HTTP\/1.1 400 /)
    expect(await ask('//evil.example/secret', 'Host: x')).toMatch(/^HTTP\/1.1 404 /)
    expect(await ask('http://evil.example/secret', 'Host: x')).toMatch(/^HTTP\/1.1 404 /)
    expect(await ask('/nowhere/secret', 'Host: x')).toMatch(/^HTTP\/1.1 404 /)
    expect(
      await ask('/nowhere?secret', 'Host: x\r\nX-Forwarded-Host: [\r\nX-Forwarded-Proto: secret'),
    ).toMatch(/^HTTP\/1.1 404 /)
    expect(server.output().slice(told)).toBe('')
  })

  test('demo mode in production is warned about once a start', async () => {
    await server.restart({ RUFER_DEMO: 'true' })
    const warnings = () => server.log().filter(({ msg }) => String(msg).startsWith('demo mode is on'))
    expect(warnings()).toMatchObject([{ level: 'warn', msg: expect.stringContaining('RUFER_DEMO=false') }])
    expect(await (await fetch(server.url)).text()).toContain('Demo mode: anybody may act as anybody.')
    await server.restart({ RUFER_DEMO: 'false' })
    expect(warnings()).toEqual([])
    expect(await (await fetch(server.url)).text()).not.toContain('Demo mode')
  })
})

test('S31 what nothing caught is counted, fails whoever tests, and does not end the process', async () => {
  const provoke = `process.on('SIGUSR2', () => void Promise.reject(new Error('provoked')))`
  const server = await startServer({
    env: {
      RUFER_METRICS_TOKEN: METRICS_TOKEN,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(provoke)}`,
    },
  })
  const uncaught = async () =>
    (await readMetrics(server))['rufer_uncaught_total{reason="unhandledRejection"}']
  expect(await uncaught()).toBeUndefined()
  server.process.kill('SIGUSR2')
  await expect.poll(uncaught).toBe(1)
  expect((await callApi(server, 'GET /ready')).status).toBe(200)
  await expect(server.stop()).rejects.toThrow('unhandledRejection')
})

test('S32 what it is made of has none of the faults that are known', () => {
  const versionOf = (name: string): number[] =>
    JSON.parse(read(`node_modules/${name}/package.json`))
      .version.split('.')
      .map(Number)
  const isAtLeast = (name: string, least: number[]) => {
    const version = versionOf(name)
    const at = least.findIndex((part, index) => version[index] !== part)
    return at === -1 || (version[at] ?? 0) > (least[at] ?? 0)
  }
  // GHSA-7c4v-fwgw-9rf7, GHSA-mp2g-9vg9-f4cg, GHSA-96hv-2xvq-fx4p, GHSA-wpg9-53fq-2r8h
  expect(isAtLeast('nuxt', [4, 5, 1])).toBe(true)
  expect(isAtLeast('h3', [1, 15, 11])).toBe(true)
  expect(isAtLeast('ws', [8, 21, 0])).toBe(true)
  expect(isAtLeast('mongoose', [8, 9, 5])).toBe(true)
  // the crossws that brings a ws of its own is given ours
  expect(read('server/plugins/4.websocket.ts')).toMatch(/Object\.assign\(\{ hooks: .+ \}, \{ wss \}\)/)
})
