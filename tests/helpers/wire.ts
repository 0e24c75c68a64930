// The wire by hand, for what a well-behaved client never sends: upgrades of any shape, raw bytes, single frames.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request, type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { connect as connectTcp, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect } from 'vitest'
import type { TestClient } from './client.ts'
import type { ServerAddress, TestServer } from './server.ts'

export interface UpgradeAnswer {
  status: number
  headers: IncomingHttpHeaders
  /** what a refusal says; empty where there was none */
  error: { code?: string; message?: string }
  /** gives the socket up, without a closing word */
  drop: () => void
  /** whether the server has closed the socket, or has begun to: it waits a while for an answer that never comes */
  isGone: () => boolean
}

export interface UpgradeOptions {
  token?: string
  method?: string
  path?: string
  /** besides those of a sound handshake, or in their place; null leaves one out */
  headers?: Record<string, string | null>
}

/** Sends an upgrade, sound unless told otherwise, and gives what it was answered with. */
export function upgrade(server: TestServer, options: UpgradeOptions = {}): Promise<UpgradeAnswer> {
  const { method = 'GET', path = '/ws' } = options
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}${path}`, { method, headers: toHeaders(options), agent: false })
    sent.once('error', reject)
    sent.once('upgrade', ({ headers }, socket, head) => {
      let isEnded = head.includes(SESSION_ENDED)
      socket.on('error', () => {}).on('data', (bytes: Buffer) => (isEnded ||= bytes.includes(SESSION_ENDED)))
      const isGone = () => isEnded || socket.readableEnded || socket.destroyed
      resolve({ status: 101, headers, error: {}, drop: () => socket.destroy(), isGone })
    })
    sent.once('response', (response) => resolve(toRefusal(response)))
    sent.end()
  })
}

/** Writes bytes to a fresh TCP connection and gives all that came back until the server ended it. */
export async function exchange(server: TestServer, bytes: string): Promise<string> {
  const socket = openTcp(server)
  socket.write(bytes)
  return text(socket)
}

/** A TCP connection to the server. */
export function openTcp(server: ServerAddress): Socket {
  const { hostname, port } = new URL(server.url)
  return connectTcp(Number(port), hostname)
}

/** The head of a sound upgrade, as bytes. */
export function upgradeHead(options: UpgradeOptions = {}): string {
  const lines = Object.entries(toHeaders({ ...options, headers: { Host: 'localhost', ...options.headers } }))
  return `GET /ws HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${String(value)}\r\n`).join('')}\r\n`
}

export interface FrameOptions {
  /** 1: text, 2: binary, 0: continuation */
  opcode?: number
  isFinal?: boolean
  isMasked?: boolean
  /** the reserved bits, 0 to 7 */
  reserved?: number
}

/** One frame as bytes, a whole masked text frame unless told otherwise. */
export function toFrame(payload: string | Buffer, options: FrameOptions = {}): Buffer {
  const { opcode = 1, isFinal = true, isMasked = true, reserved = 0 } = options
  const bytes = Buffer.from(payload)
  const first = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode
  const head = [first, ...toLength(bytes.length, isMasked ? 0x80 : 0)]
  const mask = isMasked ? randomBytes(4) : Buffer.alloc(0)
  const body = isMasked ? bytes.map((byte, index) => byte ^ (mask[index % 4] ?? 0)) : bytes
  return Buffer.concat([Buffer.from(head), mask, body])
}

/** The TCP connection under an open client, to write bytes to or to stop reading from. */
export function tcpOf({ socket }: Pick<TestClient, 'socket'>): Socket {
  const tcp: unknown = Reflect.get(socket, '_socket')
  if (tcp instanceof Socket) return tcp
  throw new Error('this version of ws hides its socket')
}

/** Waits for a TCP connection to be gone, however it ends. */
export async function gone(tcp: Socket): Promise<void> {
  tcp.on('error', () => {})
  tcp.resume()
  if (!tcp.destroyed) await once(tcp, 'close')
}

/** Writes the same again whenever it was taken; tells how often that was. */
export function writeOnAndOn(tcp: Socket, bytes: string | Buffer): () => number {
  let taken = 0
  function write() {
    tcp.write(bytes, (error) => {
      if (error) return
      taken++
      write()
    })
  }
  write()
  return () => taken
}

/** Waits until nothing more is taken while the server answers somebody a hundred times. */
export async function standStill(client: TestClient, countTaken: () => number): Promise<void> {
  const before = countTaken()
  for (let round = 0; round < 100; round++) await client.settled()
  if (countTaken() !== before) await standStill(client, countTaken)
}

// --- Internal helpers ---

/** The close code 4401 in a frame; no text holds such a byte. */
const SESSION_ENDED = Buffer.from([0x11, 0x31])

async function toRefusal(response: IncomingMessage): Promise<UpgradeAnswer> {
  const body = JSON.parse(await text(response))
  expect(body).toEqual({ error: expect.anything() })
  const { statusCode: status = 0, headers } = response
  return { status, headers, error: body.error, drop: () => {}, isGone: () => true }
}

function toHeaders({ token, headers = {} }: UpgradeOptions): OutgoingHttpHeaders {
  const sound = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    'Sec-WebSocket-Protocol': `rufer.v1${token === undefined ? '' : `, rufer.token.${token}`}`,
  }
  return Object.fromEntries(Object.entries({ ...sound, ...headers }).filter(([, value]) => value !== null))
}

function toLength(length: number, masked: number): number[] {
  if (length < 126) return [masked | length]
  if (length < 65_536) return [masked | 126, length >> 8, length & 0xff]
  return [masked | 127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff]
}
