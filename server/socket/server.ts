// The WebSocket server under crossws: its frame limits, and what crossws does not report.
import type { IncomingMessage } from 'node:http'
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws'
import { PROTOCOL } from './authenticate.ts'
import type { Connection } from './connection.ts'
import { readInPieces } from './reading.ts'

/**
 * A `ws` server with our limits, which `open` turns admitted sockets into connections.
 *
 * crossws brings a `ws` of its own without limits on fragments, and tells its hooks neither of pings and pongs nor
 * whether a frame was text; so the server is ours, and listens before crossws does.
 */
export function createSocketServer({ frameBytes, open }: SocketServerOptions): WebSocketServer {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: frameBytes,
    perMessageDeflate: false,
    // the connection counts pings before it answers them
    autoPong: false,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
    // many tiny fragments cost memory (GHSA-96hv-2xvq-fx4p)
    maxFragments: 64,
    maxBufferedChunks: 1_024,
    ...CLOSE_TIMEOUT,
  })
  server.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    readInPieces(request.socket)
    const connection = open(socket, request)
    if (!connection) return
    socket.on('message', (_data, isBinary) => isBinary && connection.end('binary'))
    socket.on('ping', (data) => connection.pinged(data))
    socket.on('pong', () => connection.ponged())
  })
  return server
}

interface SocketServerOptions {
  /** the most bytes of one frame */
  frameBytes: number
  open: (socket: WebSocket, request: IncomingMessage) => Connection | undefined
}

// --- Internal helpers ---

/** How long a peer may take to answer a close; its types do not know the option yet. */
const CLOSE_TIMEOUT: ServerOptions & { closeTimeout: number } = { closeTimeout: 5_000 }
