// The proxy of npm run dev:cluster: deals requests and sockets out over the processes in turn, and says from whom they come.
import { once } from 'node:events'
import {
  createServer,
  request as openRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { connect as connectTcp, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export interface Proxy {
  port: number
  /** Stops listening and ends whatever is still open. */
  close(): Promise<void>
}

interface ProxyOptions {
  /** where to listen, on localhost; 0 is any free port */
  port: number
  /** ports of localhost, of which one that refuses a connection is passed over */
  targets: number[]
}

/**
 * Starts to listen.
 *
 * Requests and sockets have a turn of their own each: two windows end up on two processes, whatever they load before.
 */
export async function startProxy({ port, targets }: ProxyOptions): Promise<Proxy> {
  const nextForRequest = createTurn(targets)
  const nextForSocket = createTurn(targets)
  const open = new Set<Duplex>()
  const server = createServer((request, response) => {
    void nextForRequest().then((target) => passRequest(request, response, target))
  })
  server.on('upgrade', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    open.add(client)
    // a client may go while a process is looked for
    client.on('error', () => client.destroy()).on('close', () => open.delete(client))
    void nextForSocket().then((target) => passSocket(client, target, [toHead(request), head]))
  })
  server.listen(port, 'localhost')
  await once(server, 'listening')
  return {
    port: portOf(server.address()),
    async close() {
      server.close()
      server.closeAllConnections()
      for (const client of open) client.destroy()
      await once(server, 'close')
    },
  }
}

// --- Internal helpers ---

const FORWARDED_FOR = 'x-forwarded-for'

/** Gives connections to the targets in turn; undefined where none takes one. */
function createTurn(targets: number[]) {
  let turn = 0
  async function connectFrom(first: number, left: number): Promise<Socket | undefined> {
    const target = targets[first % targets.length]
    if (left === 0 || target === undefined) return undefined
    return (await tryConnect(target)) ?? connectFrom(first + 1, left - 1)
  }
  return () => connectFrom(turn++, targets.length)
}

async function tryConnect(port: number): Promise<Socket | undefined> {
  const socket = connectTcp(port, 'localhost')
  return once(socket, 'connect').then(
    () => socket,
    () => undefined,
  )
}

function passRequest(request: IncomingMessage, response: ServerResponse, target: Socket | undefined) {
  if (!target) return response.writeHead(502).end()
  const { method, url: path, headers } = request
  const passed = openRequest({
    createConnection: () => target,
    headers: { ...headers, connection: 'close', [FORWARDED_FOR]: forwardedFor(request) },
    ...(method !== undefined && { method }),
    ...(path !== undefined && { path }),
  })
  passed.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, withoutConnection(answer.headers))
    answer.pipe(response)
  })
  passed.on('error', () => response.destroy())
  response.on('close', () => passed.destroy())
  return request.pipe(passed)
}

function passSocket(client: Duplex, target: Socket | undefined, first: (string | Buffer)[]) {
  if (!target) return client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  target.on('error', () => target.destroy()).on('close', () => client.destroy())
  client.on('close', () => target.destroy())
  if (client.destroyed) return target.destroy()
  for (const part of first) target.write(part)
  return client.pipe(target).pipe(client)
}

/** The head of an upgrade as it came, with our line in it. */
function toHead(request: IncomingMessage) {
  const { method = 'GET', url = '/', rawHeaders } = request
  const lines = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 && name.toLowerCase() !== FORWARDED_FOR
      ? [`${name}: ${rawHeaders[index + 1] ?? ''}`]
      : [],
  )
  const all = [`${method} ${url} HTTP/1.1`, ...lines, `X-Forwarded-For: ${forwardedFor(request)}`]
  return `${all.join('\r\n')}\r\n\r\n`
}

/** What proxies before this one wrote, then the address that this connection comes from. */
function forwardedFor({ headers, socket }: IncomingMessage) {
  return [headers[FORWARDED_FOR] ?? [], socket.remoteAddress ?? 'unknown'].flat().join(', ')
}

/** Whether the connection to a process goes on is no matter of the client's. */
function withoutConnection(headers: IncomingHttpHeaders) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'connection'))
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>) {
  if (address === null || typeof address === 'string')
    throw new Error('unable to start proxy; it has no port')
  return address.port
}
