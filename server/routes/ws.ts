// The hooks of crossws on /ws: what a socket says goes to its connection.
import { defineWebSocketHandler } from 'h3'
import { connectionOf } from '#rufer/server/socket/sockets.ts'

export default defineWebSocketHandler({
  message: (peer, message) => connectionOf(peer.context)?.receive(message.text()),
  close: (peer) => connectionOf(peer.context)?.ended(),
  error: (peer) => connectionOf(peer.context)?.ended(),
})
