// The hooks of crossws on /ws: what a socket says goes to its connection.
import type { Hooks } from 'crossws'
import { defineWebSocketHandler } from 'h3'
import { connectionOf } from '#rufer/server/socket/sockets.ts'

/** Given to crossws by the plugin that also gives it the gate. */
export const socketHooks = {
  message: (peer, message) => connectionOf(peer.context)?.receive(message.text()),
  close: (peer) => connectionOf(peer.context)?.ended(),
  error: (peer) => connectionOf(peer.context)?.ended(),
} satisfies Partial<Hooks>

/** A request that asks for no upgrade is told to. */
export default defineWebSocketHandler({})
