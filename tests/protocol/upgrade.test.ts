// Connecting: the handshake of GET /ws, what it is refused for, and that no refusal but 401 costs a token.
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callApi, issueToken, register } from '#rufer/tests/helpers/api.ts'
import { connect, openSocket } from '#rufer/tests/helpers/client.ts'
import { outside } from '#rufer/tests/helpers/outside.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { exchange, openTcp, toFrame, upgrade, upgradeHead } from '#rufer/tests/helpers/wire.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({
    env: {
      RUFER_ALLOWED_ORIGINS: 'https://app.example.com,http://localhost:8080',
      RUFER_LIMIT_TOKENS_PER_MINUTE: '0',
      RUFER_LIMIT_UNUSED_TOKENS: '0',
      RUFER_LIMIT_CONNECTIONS_PER_USER: '0',
    },
  })
  await register(server, 'alice')
})
afterAll(() => server.stop())

/** A server outside has settings of its own. */
const RATES = outside
  ? { requests: expect.any(Number), messages: expect.any(Number) }
  : { requests: 20, messages: 10 }
const token = () => issueToken(server, 'alice')
/** Whether a token still opens a connection. */
async function isUnspent(value: string) {
  const { status, drop } = await upgrade(server, { token: value })
  drop()
  return status === 101
}

describe('a sound upgrade', () => {
  test('selects rufer.v1, says nothing of the token, and begins with session.started', async () => {
    const value = await token()
    const answer = await upgrade(server, { token: value })
    answer.drop()
    expect(answer).toMatchObject({ status: 101, headers: { 'sec-websocket-protocol': 'rufer.v1' } })
    expect(JSON.stringify(answer.headers)).not.toContain(value)

    const alice = await connect(server, 'alice')
    expect(alice.socket.protocol).toBe('rufer.v1')
    expect(alice.socket.extensions).toBe('')
    expect(alice.frames[0]).toEqual({
      event: 'session.started',
      data: {
        userId: 'alice',
        connectionId: expect.stringMatching(/./),
        serverTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        heartbeatMs: 20_000,
        limits: {
          frameBytes: 65_536,
          textLength: 10_000,
          requestsPerSecond: RATES.requests,
          messagesPerSecond: RATES.messages,
          pageSize: 100,
          syncConversations: 200,
        },
      },
    })
    const again = await connect(server, 'alice')
    expect(again.started.connectionId).not.toBe(alice.started.connectionId)
    await Promise.all([alice.close(), again.close()])
  })

  test.each([
    ['the token offered first', (value: string) => `rufer.token.${value}, rufer.v1`],
    ['other protocols besides', (value: string) => `graphql-ws,rufer.v1 ,\trufer.token.${value}`],
  ])('%s still selects rufer.v1', async (_name, offer) => {
    const headers = { 'Sec-WebSocket-Protocol': offer(await token()) }
    const answer = await upgrade(server, { headers })
    answer.drop()
    expect(answer).toMatchObject({ status: 101, headers: { 'sec-websocket-protocol': 'rufer.v1' } })
  })

  test('a query in the address is ignored', async () => {
    const answer = await upgrade(server, { token: await token(), path: '/ws?token=none&userId=bob' })
    answer.drop()
    expect(answer.status).toBe(101)
  })

  test('requests sent before session.started are answered in order', async () => {
    const tcp = openTcp(server)
    const pings = [0, 1, 2, 3].map((id) => toFrame(JSON.stringify({ id, method: 'session.ping' })))
    tcp.write(Buffer.concat([Buffer.from(upgradeHead({ token: await token() })), ...pings]))
    let received = ''
    tcp.on('data', (chunk) => (received += chunk.toString('latin1')))
    await expect.poll(() => received).toContain('{"id":3,')
    tcp.destroy()
    const order = [...received.matchAll(/\{"(?:id":(\d)|event":"([a-z.]+)")/g)].map(
      ([, id, event]) => id ?? event,
    )
    expect(order).toEqual(['session.started', '0', '1', '2', '3'])
  })
})

describe('refused without costing the token:', () => {
  test.each([
    ['another method', 400, () => ({ method: 'POST' })],
    ['version 8', 400, withHeaders({ 'Sec-WebSocket-Version': '8' })],
    ['no version', 400, withHeaders({ 'Sec-WebSocket-Version': null })],
    ['no key', 400, withHeaders({ 'Sec-WebSocket-Key': null })],
    ['a short key', 400, withHeaders({ 'Sec-WebSocket-Key': 'c2hvcnQ=' })],
    ['another Upgrade besides', 400, withHeaders({ Upgrade: 'websocket, h2c' })],
    ['rufer.v1 not offered', 400, offering('*')],
    ['another version of the protocol', 400, offering('rufer.v2, *')],
    ['a protocol offered twice', 400, offering('rufer.v1, rufer.v1, *')],
    ['an empty protocol', 400, offering('rufer.v1,, *')],
    ['a comma at the end', 400, offering('rufer.v1, *,')],
    ['a protocol that is no name', 400, offering('rufer.v1, *, a b')],
    ['the path /', 404, () => ({ path: '/' })],
    ['the path /ws/', 404, () => ({ path: '/ws/' })],
    ['the path /wss', 404, () => ({ path: '/wss' })],
    ['the path /chat', 404, () => ({ path: '/chat' })],
    ['a path of the API', 404, () => ({ path: '/api/users/alice/online' })],
    ['another origin', 403, withHeaders({ Origin: 'https://evil.example.com' })],
    [
      'an origin that begins like an allowed one',
      403,
      withHeaders({ Origin: 'https://app.example.com.evil.org' }),
    ],
    ['an allowed origin on another port', 403, withHeaders({ Origin: 'https://app.example.com:8443' })],
    ['the origin null', 403, withHeaders({ Origin: 'null' })],
    ['an origin that is none', 403, withHeaders({ Origin: 'nonsense' })],
  ])('%s → %i', async (_name, status, change) => {
    const value = await token()
    const answer = await upgrade(server, { token: value, ...change(value) })
    expect(answer).toMatchObject({
      status,
      error: {
        code: { 400: 'invalid-params', 403: 'origin-refused', 404: 'not-found' }[status],
        message: expect.stringMatching(/^unable to open connection; ./),
      },
    })
    expect(JSON.stringify(answer)).not.toContain(value)
    expect(await isUnspent(value)).toBe(true)
  })

  test('a Host that is none', async () => {
    const value = await token()
    const wrong = upgradeHead({ token: value, headers: { Host: '[', Origin: 'http://[' } })
    expect(await exchange(server, wrong)).toMatch(/^HTTP\/1.1 403 /)
    expect(await isUnspent(value)).toBe(true)
  })

  test('no Host at all', async () => {
    const value = await token()
    const head = upgradeHead({ token: value, headers: { Host: null } })
    expect(await exchange(server, head)).toMatch(/^HTTP\/1.1 400 /)
    expect(await isUnspent(value)).toBe(true)
  })
})

describe('the origin', () => {
  test('one of the settings, one of the same host, or none opens a connection', async () => {
    const own = new URL(server.url).origin
    for (const Origin of ['https://app.example.com', 'http://localhost:8080', own, null]) {
      const answer = await upgrade(server, { token: await token(), headers: { Origin } })
      answer.drop()
      expect({ Origin, status: answer.status }).toEqual({ Origin, status: 101 })
    }
  })

  test('a Host that is none is no one’s origin, and breaks nothing', async () => {
    const tcp = openTcp(server)
    tcp.write(upgradeHead({ token: await token(), headers: { Host: '[' } }))
    let received = ''
    tcp.on('data', (chunk) => (received += chunk.toString('latin1')))
    await expect.poll(() => received).toContain('session.started')
    tcp.destroy()
  })
})

describe('the token', () => {
  test.each([
    ['none', undefined],
    ['garbage', 'x'.repeat(43)],
    ['too short', 'abc'],
    ['empty', ''],
  ])('%s → 401', async (_name, value) => {
    const answer = await upgrade(server, value === undefined ? {} : { token: value })
    expect(answer).toMatchObject({ status: 401, error: { code: 'unauthorized' } })
  })

  test('of many connections at once exactly one gets in, and none later', async () => {
    for (let round = 0; round < 5; round++) {
      const value = await token()
      const sockets = Array.from({ length: 20 }, () => openTcp(server))
      await Promise.all(sockets.map((socket) => once(socket, 'connect')))
      // all in one breath, so that the server looks the token up for many before it is spent by one
      sockets.forEach((socket) => socket.write(upgradeHead({ token: value })))
      const heads = await Promise.all(sockets.map(async (socket) => String(await once(socket, 'data'))))
      sockets.forEach((socket) => socket.destroy())
      const statuses = heads.map((head) => Number(head.split(' ')[1])).toSorted((a, b) => a - b)
      expect(statuses).toEqual([101, ...Array.from({ length: 19 }, () => 401)])
      expect((await upgrade(server, { token: value })).status).toBe(401)
    }
  })

  test('an expired one → 401', async () => {
    await server.restart({ RUFER_TOKEN_TTL_MS: '1' })
    const { body } = await callApi(server, 'POST /api/users/session-token', { body: { userId: 'alice' } })
    await expect.poll(() => Date.now()).toBeGreaterThan(Date.parse(String(body['expiresAt'])))
    expect((await upgrade(server, { token: String(body['token']) })).status).toBe(401)
    await server.restart({ RUFER_TOKEN_TTL_MS: '900000' })
  })
})

describe('with a public URL', () => {
  test('it is the only own origin, whatever the Host says', async () => {
    await server.restart({ RUFER_PUBLIC_URL: 'https://chat.example.com', RUFER_ALLOWED_ORIGINS: '' })
    const statuses = await Promise.all(
      ['https://chat.example.com', 'http://chat.example.com', server.url].map(async (Origin) => {
        const { status, drop } = await upgrade(server, { token: await token(), headers: { Origin } })
        drop()
        return status
      }),
    )
    expect(statuses).toEqual([101, 403, 403])
  })
})

describe('an upgrade to something else', () => {
  const h2c = { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABkAAQAAP__' }

  test('is the ordinary request it is as well', async () => {
    const head = Object.entries({ Host: 'localhost', ...h2c, Connection: 'close, Upgrade, HTTP2-Settings' })
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')
    expect(await exchange(server, `GET /health HTTP/1.1\r\n${head}\r\n`)).toMatch(
      /^HTTP\/1.1 200 OK\r\n[^]*\{"?.*"status":\s*"ok"/,
    )
    const answer = await exchange(server, `GET /api/users/alice/online HTTP/1.1\r\n${head}\r\n`)
    expect(answer).toMatch(/^HTTP\/1.1 401 [^]*"unauthorized"/)
  })
})

test('a client that resets during the upgrade leaves the server alive', async () => {
  for (let round = 0; round < 20; round++) {
    const tcp = openTcp(server)
    tcp.on('error', () => {})
    tcp.write(upgradeHead({ token: await token() }), () => tcp.resetAndDestroy())
    const refused = openTcp(server)
    refused.on('error', () => {})
    refused.write(upgradeHead({ token: 'none' }), () => refused.resetAndDestroy())
  }
  const socket = openSocket(server, await token())
  await once(socket, 'open')
  expect(socket.protocol).toBe('rufer.v1')
  socket.close()
})

// --- Internal helpers ---

/** Subprotocols, with the token where the star is. */
function offering(offer: string) {
  return (value: string) => ({
    headers: { 'Sec-WebSocket-Protocol': offer.replace('*', `rufer.token.${value}`) },
  })
}

function withHeaders(headers: Record<string, string | null>) {
  return () => ({ headers })
}
