// HTTP: calls with any headers and bodies, upgrades, and bytes that are hardly HTTP at all.
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { calls } from '#rufer/shared/protocol/http.ts'
import type { Job } from './job.ts'
import type { Random } from './random.ts'
import { orLate } from './socket.ts'
import { KEY, type Mark } from './target.ts'
import { anyBrokenJson, anyObject, anyString, mutated } from './values.ts'

/** Well-formed requests of any content, several at once. */
export function fuzzCalls({ target, random, tally, userIds }: Job): () => Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 10 })
  return async () => {
    await Promise.all(
      random.list([1, 30], async () => {
        const call = anyCall(random, userIds)
        const { status, ms } = await answerTo(target, call, agent)
        if (STATUSES.has(Number(status))) tally.answered('call', status, ms)
        else tally.fault({ kind: 'call', what: `answered ${status}`, input: JSON.stringify(call) })
      }),
    )
  }
}

/** Heads of upgrades, sound in most of their parts. */
export function fuzzUpgrades({ target, random, tally, userIds }: Job): () => Promise<void> {
  return async () => {
    const token = random.chance(0.1) ? await target.token(random.pick(userIds)) : anyToken(random)
    const head = anyHead(random, token)
    const { answer, ms } = await exchange(target, Buffer.from(head, 'latin1'), { isWhole: true })
    const status = statusOf(answer)
    if (UPGRADE_STATUSES.has(status)) tally.answered('upgrade', status, ms)
    else tally.fault({ kind: 'upgrade', what: `answered ${answer.slice(0, 100)}`, input: head })
  }
}

/** Bytes of any kind, the beginning of which may look like a request. */
export function fuzzBytes({ target, random, tally }: Job): () => Promise<void> {
  return async () => {
    const bytes = anyBytes(random)
    const { answer, ms } = await exchange(target, bytes, { isWhole: false })
    const status = statusOf(answer)
    if (STATUSES.has(status) || status === CLOSED) tally.answered('bytes', status, ms)
    else tally.fault({ kind: 'bytes', what: `answered ${status}`, input: bytes.toString('base64') })
  }
}

// --- Internal helpers ---

const STATUSES = new Set([
  200, 201, 303, 304, 400, 401, 403, 404, 405, 408, 409, 410, 411, 413, 414, 415, 417, 426, 429, 431,
])
const UPGRADE_STATUSES = new Set([101, 400, 401, 403, 404, 405, 426, 431, 200])
/** The socket was closed without a word, as Node does with what it cannot read. */
const CLOSED = 0
const HALF_MS = 300
const PATHS = [
  '/api/sign-out',
  '/api/session-token',
  '/sign-in',
  '/health',
  '/ready',
  '/metrics',
  '/',
  '/chat',
  '/ws',
  '/_nuxt/',
  '/api',
  '/api/users',
  '/favicon.ico',
  '/__nuxt_error',
  '/..',
  '/%',
  '/%00',
  '/%zz',
  '/?%',
]
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'PROPFIND']

interface AnyCall {
  method: string
  path: string
  headers: Record<string, string>
  body: string
}

function anyCall(random: Random, userIds: string[]): AnyCall {
  const call = random.pick(Object.keys(calls))
  const userId = random.chance(0.7) ? anyUserId(random, { call, userIds }) : anyString(random)
  const [method = '', path = ''] = call.replace(':userId', encodeUnsafe(userId)).split(' ')
  const text = () => JSON.stringify(anyString(random))
  const [id, senderId] = [crypto.randomUUID(), random.pick(userIds)].map((value) => JSON.stringify(value))
  const fields = {
    userId: JSON.stringify(userId),
    ...(path.endsWith('register') && { displayName: text(), avatarUrl: text() }),
    ...(path.endsWith('messages') && { id, senderId, text: text() }),
  }
  const query = random.chance(0.2)
    ? `?${encodeUnsafe(anyString(random))}=${encodeUnsafe(anyString(random))}`
    : ''
  return {
    method: random.chance(0.85) ? method : random.pick(METHODS),
    path: (random.chance(0.8) ? path : random.pick(PATHS)) + query,
    headers: anyHeaders(random),
    body: random.chance(0.8)
      ? mutated(random, fields)
      : random.pick([anyBrokenJson(random), anyObject(random), anyString(random)]),
  }
}

/** The users of all parts are needed to the end: nobody of them may be erased by chance. */
function anyUserId(random: Random, { call, userIds }: { call: string; userIds: string[] }): string {
  const isAboutThem = call === 'DELETE /api/users/:userId' || random.chance(0.3)
  return isAboutThem ? `passing-${random.below(50)}` : random.pick(userIds)
}

function anyHeaders(random: Random): Record<string, string> {
  const some = (name: string, probability: number, ...values: string[]): [string, string][] =>
    random.chance(probability)
      ? [[name, toHeader(random.chance(0.8) && values.length > 0 ? random.pick(values) : anyString(random))]]
      : []
  return Object.fromEntries([
    ...some('x-rufer-secret-key', 0.9, KEY),
    ...some(
      'content-type',
      0.95,
      'application/json',
      'application/json; charset=utf-8',
      'text/plain',
      'multipart/form-data',
    ),
    ...some('cookie', 0.3, `rufer_session=${'x'.repeat(43)}`, 'rufer_session=', '; ; =;'),
    ...some('origin', 0.2, 'null', 'https://evil.example'),
    ...some('accept', 0.3, 'text/html', 'application/json', '*/*'),
    ...some('x-forwarded-for', 0.1, '1.2.3.4', ',,,'),
    ...some('x-forwarded-host', 0.1, '[', 'evil.example'),
    ...some('x-nuxt-error', 0.05, 'true'),
    ...some('range', 0.05, 'bytes=0-', 'bytes=-1', 'bytes=9-1'),
    ...some('if-none-match', 0.05, '*'),
    ...some('accept-encoding', 0.1, 'br', 'gzip', 'identity;q=0'),
  ])
}

/** What Node's own client lets through. */
function toHeader(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?')
}

function encodeUnsafe(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

/** The status that a call is answered with, or what is said instead; and how long it took from when it had a socket. */
async function answerTo(
  target: Mark,
  call: AnyCall,
  agent?: Agent,
): Promise<{ status: number | string; ms: number }> {
  const { method, path, headers, body } = call
  const bytes = Buffer.from(body)
  const isSent = !['GET', 'HEAD', 'OPTIONS'].includes(method)
  const length = isSent ? { 'content-length': String(bytes.length) } : {}
  const options = { agent: agent ?? false, method, headers: { ...headers, ...length } }
  const { promise, resolve } = Promise.withResolvers<number | string>()
  let began = performance.now()
  const sent = request(`${target.url}${path}`, options, (response) => {
    response.resume().once('close', () => resolve(response.statusCode ?? 0))
  })
  sent.once('socket', () => (began = performance.now()))
  sent.once('error', ({ message }) => resolve(message))
  sent.end(isSent ? bytes : undefined)
  const status = await orLate(promise)
  // a socket that was kept might be ended by the server just as it is used again
  if (agent && sent.reusedSocket && !STATUSES.has(Number(status))) return answerTo(target, call)
  return { status, ms: performance.now() - began }
}

function anyToken(random: Random): string {
  return random.chance(0.7) ? random.bytes(32).toString('base64url') : anyString(random)
}

/** A head of which a few lines are left out, changed, doubled or added. */
function anyHead(random: Random, token: string): string {
  const key = random.bytes(16).toString('base64')
  const lines = [
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${key}`,
    `Sec-WebSocket-Protocol: rufer.v1, rufer.token.${token}`,
    'Origin: http://localhost',
  ].flatMap((line) => changed(random, line))
  const more = random.list(
    [0, 2],
    () =>
      `${random.pick(['X-Forwarded-For', 'Sec-WebSocket-Extensions', 'Cookie', 'Host', 'Content-Length', 'Authorization'])}: ${anyLine(random)}`,
  )
  const path = random.chance(0.85) ? '/ws' : `/${encodeUnsafe(anyString(random))}`
  return [
    `${random.chance(0.9) ? 'GET' : random.pick(['POST', 'PUT', 'get', 'OPTIONS'])} ${path} HTTP/1.1`,
    ...lines,
    ...more,
    '',
    '',
  ].join('\r\n')
}

function changed(random: Random, line: string): string[] {
  const fate = random.below(20)
  if (fate === 0) return []
  if (fate === 1) return [line, line]
  return fate === 2 ? [`${line.split(':')[0]}: ${anyLine(random)}`] : [line]
}

function anyLine(random: Random): string {
  return random.chance(0.95) ? toHeader(anyString(random)) : 'x'.repeat(20_000)
}

function anyBytes(random: Random): Buffer {
  if (random.chance(0.2)) return random.bytes(random.pick([1, 10, 1_000]))
  const length = random.pick([
    'Content-Length: 2',
    'Content-Length: -1',
    'Content-Length: 2\r\nContent-Length: 3',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding: chunked\r\nContent-Length: 2',
    'Content-Length: 99999999',
    'X: y',
  ])
  const body = random.pick([
    '{}',
    '',
    '2\r\n{}\r\n0\r\n\r\n',
    'ffffffffffffffff\r\n',
    '2;x=y\r\n{}\r\n0\r\nTrailer: z\r\n\r\n',
    'zz\r\n',
    anyString(random),
    '{}GET /health HTTP/1.1\r\nHost: x\r\n\r\n',
  ])
  const [method, version] = [
    random.pick([...METHODS, 'CONNECT', '', 'GE T', '\0']),
    random.pick(['HTTP/1.1', 'HTTP/1.0', 'HTTP/9.9', 'HTTP/2.0', '']),
  ]
  const head = [
    `${method} ${random.pick([...PATHS, '*', 'http://x/', '//x'])} ${version}`,
    random.pick(['Host: x', 'Host:', '', 'Host : x', ' Host: x', 'Host: x\r\n folded', 'Host: [']),
    `x-rufer-secret-key: ${KEY}`,
    'Content-Type: application/json',
    length,
  ]
  const cut = random.chance(0.1) ? random.below(200) : undefined
  return Buffer.from([...head, '', body].join(random.chance(0.95) ? '\r\n' : '\n'), 'latin1').subarray(0, cut)
}

/**
 * The first that comes back to bytes, or nothing where the socket is closed on them; and how long after their end.
 *
 * What may be half a request is waited for by the server, too; its end comes after a while.
 */
async function exchange({ port }: Mark, bytes: Buffer, { isWhole }: { isWhole: boolean }) {
  const socket = connect(port, '127.0.0.1')
  let began = performance.now()
  const answer = new Promise<string>((resolve) => {
    socket.once('data', (data) => resolve(data.toString('latin1')))
    socket.once('close', () => resolve(''))
  })
  socket.on('error', () => {})
  socket.write(bytes)
  const end = () => {
    began = performance.now()
    socket.end()
  }
  const ending = isWhole ? undefined : setTimeout(end, HALF_MS)
  const told = await orLate(answer)
  clearTimeout(ending)
  socket.destroy()
  return { answer: told, ms: performance.now() - began }
}

function statusOf(answer: string): number {
  return answer === '' ? CLOSED : Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? Number.NaN)
}
