// The bare relay in Socket.IO: what a chat in a few lines does, with rooms and acknowledgements, over WebSockets only.
import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { toMessage, toPresence, type MessageParams } from './frames.ts'

const server = createServer()
const io = new Server(server, { transports: ['websocket'], serveClient: false })

io.on('connection', (socket) => {
  const { room, userId } = socket.handshake.query
  const [conversationId, senderId] = [String(room), String(userId)]
  const announce = (status: 'online' | 'offline') =>
    socket.to(conversationId).emit('presence.changed', { presence: toPresence(senderId, status) })
  announce('online')
  void socket.join(conversationId)
  socket.on('disconnect', () => announce('offline'))
  let seq = 0
  socket.on('message.send', (params: MessageParams, reply: (result: object) => void) => {
    const message = toMessage(params, { conversationId, senderId, seq: ++seq })
    reply({ message, duplicate: false })
    io.to(conversationId).emit('message.created', { message })
  })
  for (const method of UNKNOWN) {
    socket.on(method, (_params: object, reply: (result: object) => void) => reply({}))
  }
})
server.listen(0, '127.0.0.1', () => process.stdout.write(JSON.stringify(server.address())))
process.stdin.on('end', () => process.exit()).resume()

// --- Internal helpers ---

/** What Rufer is asked and a relay has no answer to. */
const UNKNOWN = ['presence.watch', 'conversation.open', 'session.ping']
