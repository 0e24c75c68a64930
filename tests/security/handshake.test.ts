// S1–S8: who may open a socket, with what, and for how long.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callApi, issueToken, register } from '#rufer/tests/helpers/api.ts'
import { connect } from '#rufer/tests/helpers/client.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { signIn } from '#rufer/tests/helpers/sign-in.ts'
import { upgrade, type UpgradeOptions } from '#rufer/tests/helpers/wire.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({
    env: {
      RUFER_PUBLIC_URL: 'https://chat.example.com',
      RUFER_ALLOWED_ORIGINS: 'https://app.example.com',
      RUFER_LIMIT_TOKENS_PER_MINUTE: '0',
      RUFER_LIMIT_UNUSED_TOKENS: '0',
      RUFER_LIMIT_CONNECTIONS_PER_USER: '0',
    },
  })
  await register(server, 'alice')
})
afterAll(() => server.stop())

const token = () => issueToken(server, 'alice')
async function statusOf(options: UpgradeOptions) {
  const { status, drop } = await upgrade(server, options)
  drop()
  return status
}

test('S1 a page of an origin that is not listed, letter by letter, opens no socket', async () => {
  const value = await token()
  for (const Origin of [
    'https://evil.example',
    'https://app.example.com.evil.example',
    'https://evil.example/?https://app.example.com',
    'https://xapp.example.com',
    'https://chat.example.com.evil.example',
    'https://app.example.com:444',
    'http://app.example.com',
    'https://APP.example.com',
    'https://app.example.com ,https://evil.example',
    'null',
    '*',
    '',
  ]) {
    expect({ Origin, status: await statusOf({ token: value, headers: { Origin } }) }).toEqual({
      Origin,
      status: 403,
    })
  }
  expect(await statusOf({ token: value, headers: { Origin: 'https://app.example.com' } })).toBe(101)
})

test('S2 a cookie opens no socket, also from one’s own page: there is nothing for another page to ride on', async () => {
  const cookie = await signIn(server, 'alice')
  const headers = { Cookie: cookie, Origin: 'https://chat.example.com' }
  expect(await statusOf({ headers })).toBe(401)
  expect(await statusOf({ headers, token: cookie.split('=')[1] ?? '' })).toBe(401)
})

test('S3 a token is taken out of the subprotocols and from nowhere else', async () => {
  const value = await token()
  expect(await statusOf({ path: `/ws?token=${value}&access_token=${value}` })).toBe(401)
  for (const name of ['Authorization', 'X-Token', 'Cookie', 'Sec-WebSocket-Extensions']) {
    expect(await statusOf({ headers: { [name]: `Bearer ${value}` } })).toBe(401)
  }
  expect(await statusOf({ token: value })).toBe(101)
})

test('S4 the answer to an upgrade repeats nothing of what was offered but rufer.v1', async () => {
  const value = await token()
  const offer = `rufer.token.${value}, evil, rufer.v1`
  const { headers, status, drop } = await upgrade(server, { headers: { 'Sec-WebSocket-Protocol': offer } })
  drop()
  expect([status, headers['sec-websocket-protocol']]).toEqual([101, 'rufer.v1'])
  expect(JSON.stringify(headers)).not.toMatch(/token|evil/)
})

test('S5 tokens are 32 random bytes, which have nothing in common', async () => {
  const tokens = await Promise.all(Array.from({ length: 200 }, token))
  const bytes = tokens.map((value) => Buffer.from(value, 'base64url'))
  expect(new Set(tokens).size).toBe(200)
  for (const [index, value] of bytes.entries()) {
    expect([value.length, value.toString('base64url')]).toEqual([32, tokens[index]])
  }
  // at each of the 256 bits both values come up: of 200 fair ones, none fails in the lifetime of a star
  for (let bit = 0; bit < 256; bit++) {
    const ones = bytes.filter((value) => ((value[bit >> 3] ?? 0) >> (bit & 7)) & 1).length
    expect(ones).toBeGreaterThan(40)
    expect(ones).toBeLessThan(160)
  }
})

test('S6 the store holds the hash of a token and nothing else of it', async () => {
  const value = await token()
  const database = new DatabaseSync(join(server.dataDir, 'rufer.db'), { readOnly: true })
  const rows = database.prepare('SELECT * FROM secrets').all()
  database.close()
  const held = JSON.stringify(rows)
  expect(held).toContain(createHash('sha256').update(value).digest('base64url'))
  expect(held).not.toContain(value)
})

test('S7 a token is spent by one of those who come at once, and by nobody after its end', async () => {
  const value = await token()
  const statuses = await Promise.all(Array.from({ length: 30 }, () => statusOf({ token: value })))
  expect(statuses.filter((status) => status === 101)).toHaveLength(1)
  expect(statuses.filter((status) => status === 401)).toHaveLength(29)

  const late = await token()
  // the server may be writing just now: presences are stored behind the connection
  const database = new DatabaseSync(join(server.dataDir, 'rufer.db'), { timeout: 20_000 })
  const hash = createHash('sha256').update(late).digest('base64url')
  const now = new Date().toISOString()
  // still there, because nothing has swept it away yet
  expect(database.prepare('UPDATE secrets SET expires_at = ? WHERE hash = ?').run(now, hash).changes).toBe(1)
  database.close()
  expect(await statusOf({ token: late })).toBe(401)
})

test('S8 a session ends when it is ended, and at its age', async () => {
  const alice = await connect(server, 'alice', { origin: 'https://chat.example.com' })
  expect((await callApi(server, 'DELETE /api/users/alice/sessions')).body).toEqual({ closed: 1 })
  expect(await alice.closed).toBe(4401)

  await server.restart({ RUFER_SESSION_MAX_AGE_MS: '300' })
  const old = await connect(server, 'alice')
  expect(await old.next('session.ending')).toMatchObject({ reason: 'server restarting' })
  expect(await old.closed).toBe(1012)
})
