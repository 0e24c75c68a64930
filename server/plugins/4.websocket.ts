// Hands crossws our WebSocket server and our gate, before Nitro makes its adapter of them.
import type { Hooks } from 'crossws'
import { once } from 'node:events'
import { IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { defineNitroPlugin } from 'nitropack/runtime'
import type { WebSocket, WebSocketServer } from 'ws'
import { reportFailure } from '#rufer/server/failures.ts'
import { ignoreOtherUpgrades } from '#rufer/server/http/other-upgrades.ts'
import { reportRefusal } from '#rufer/server/refusals.ts'
import { requestIdOf, withRequestId } from '#rufer/server/request-id.ts'
import { socketHooks } from '#rufer/server/routes/ws.ts'
import type { Connection } from '#rufer/server/socket/connection.ts'
import { checkHandshake } from '#rufer/server/socket/gate.ts'
import { toRefusal } from '#rufer/server/socket/refusal.ts'
import { createSocketServer } from '#rufer/server/socket/server.ts'

export default defineNitroPlugin(({ h3App, hooks, rufer: lifecycle }) => {
  const openers = new WeakMap<IncomingMessage, (socket: WebSocket) => Connection>()
  const wss = createSocketServer({
    frameBytes: lifecycle.config.limits.frameBytes,
    open: (socket, request) => openers.get(request)?.(socket),
  })

  // the gate is a hook for all paths: a path without one of its own would otherwise be let in
  const upgrade: Hooks['upgrade'] = (request) => {
    const node = nodeRequestOf(request)
    return withRequestId(requestIdOf(node), () => admit(request, node))
  }

  async function admit(request: Parameters<NonNullable<Hooks['upgrade']>>[0], node: IncomingMessage) {
    // a peer that resets the socket meanwhile is no error of ours; without a listener it would end the process
    node.socket.on('error', () => node.socket.destroy())
    lifecycle.lookForProxy(node)
    try {
      checkHandshake(node)
      const { sockets } = lifecycle.current()
      lifecycle.requireFeed()
      const admission = await sockets.admit(node)
      openers.set(node, (socket) => sockets.open(socket, node.socket, admission))
      request.context['admission'] = admission
    } catch (error) {
      reportFailure(error, lifecycle, { what: 'unable to open connection' })
      reportRefusal(error, lifecycle, { request: node, operation: 'open connection' })
      throw toRefusal(error)
    }
  }
  ignoreOtherUpgrades()
  h3App.options.websocket = Object.assign({ hooks: { ...socketHooks, upgrade } }, { wss })
  // else h3 looks for the hooks of the path anew at every message; the gate lets in one path only
  delete h3App.websocket.resolve

  hooks.hook('close', () => untilGone(wss))
})

// --- Internal helpers ---

/** crossws 0.3 shows the request of Node only here. */
function nodeRequestOf(request: object): IncomingMessage {
  const node: unknown = Reflect.get(request, '_req')
  if (node instanceof IncomingMessage) return node
  throw new Error('this version of crossws hides the request of Node')
}

/** Waits until every peer has answered its close, but not for long. */
async function untilGone({ clients }: WebSocketServer) {
  const gone = [...clients].map((client) => once(client, 'close'))
  await Promise.race([Promise.all(gone), delay(CLOSING_MS, undefined, { ref: false })])
}

const CLOSING_MS = 1_000
