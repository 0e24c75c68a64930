// Cutting off: of what an offender sends at once hardly more is looked at than it took to see the offence.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Connection } from '#rufer/server/socket/connection.ts'
import { createRequestLimit } from '#rufer/server/socket/limits.ts'
import { createSocketServer } from '#rufer/server/socket/server.ts'
import { closeCodes } from '#rufer/shared/protocol/close-codes.ts'
import { createConnection } from '#rufer/tests/helpers/connections.ts'
import { openTcp, toFrame, upgradeHead } from '#rufer/tests/helpers/wire.ts'

const http = createServer()
const seen = { pings: 0, pongs: 0, requests: 0 }
const sockets = createSocketServer({
  frameBytes: 65_536,
  open(socket, request) {
    socket.on('ping', () => seen.pings++)
    socket.on('pong', () => seen.pongs++)
    const connection: Connection = createConnection({
      socket,
      stream: request.socket,
      requestLimit: createRequestLimit({ perSecond: 1, burst: 60 }, () => 0),
      dispatch: async () => connection.end('violation'),
    })
    socket.on('message', (text: Buffer) => {
      seen.requests++
      connection.receive(text.toString())
    })
    return connection
  },
})

beforeAll(async () => {
  http.on('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (open) => sockets.emit('connection', open, request)),
  )
  await once(http.listen(0, '127.0.0.1'), 'listening')
})
afterAll(() => http.close())

const PING = 9
const PONG = 10

test.each([
  ['pings', 'flooding', toFrame('', { opcode: PING })],
  ['pongs', 'flooding', toFrame('', { opcode: PONG })],
  ['requests', 'violation', toFrame('nonsense')],
] as const)(
  'of 4,000 %s at once a few hundred are looked at, and the close says %s',
  async (what, reason, one) => {
    const received = await sendAtOnce(Buffer.alloc(one.length * 4_000, one))
    expect(String(received)).toContain(closeCodes[reason].meaning)
    expect(seen[what]).toBeGreaterThan(0)
    expect(seen[what]).toBeLessThan(500)
  },
)

// --- Internal helpers ---

/** All that the server sends until it closes, to whom sends so much with the upgrade and then answers nothing. */
async function sendAtOnce(bytes: Buffer): Promise<Buffer> {
  const { port } = http.address() as AddressInfo
  const tcp = openTcp({ url: `http://127.0.0.1:${port}`, wsUrl: '' })
  const received: Buffer[] = []
  tcp.on('data', (chunk: Buffer) => received.push(chunk))
  tcp.write(Buffer.concat([Buffer.from(upgradeHead()), bytes]))
  await once(tcp, 'end')
  return Buffer.concat(received)
}
