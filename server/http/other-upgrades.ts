// Requests that offer an upgrade to something else than a WebSocket, as `curl --http2` and Java's HttpClient do (h2c).
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Server } from 'node:http'
import { Socket } from 'node:net'

/**
 * Lets such requests be answered as the ordinary ones they are, too; Node would take them for sockets.
 *
 * Nitro keeps its server to itself, so it is met at its first connection. Node before 24.9 does not ask, and such
 * requests are refused there.
 */
export function ignoreOtherUpgrades(): void {
  subscribe(CHANNEL, function meet(message) {
    const server = serverOf(message)
    if (!server) return
    unsubscribe(CHANNEL, meet)
    Object.assign(server, { shouldUpgradeCallback: isWebSocketUpgrade })
  })
}

// --- Internal helpers ---

const CHANNEL = 'net.server.socket'

function isWebSocketUpgrade({ headers }: { headers: { upgrade?: string } }) {
  return /websocket/i.test(headers.upgrade ?? '')
}

function serverOf(message: unknown): Server | undefined {
  if (typeof message !== 'object' || message === null || !('socket' in message)) return undefined
  const { socket } = message
  return socket instanceof Socket && 'server' in socket && socket.server instanceof Server
    ? socket.server
    : undefined
}
