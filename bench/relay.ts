// The bare relay: what `ws` alone does with the same frames. It checks nothing and keeps nothing. Ends when stdin does.
import { WebSocketServer, type WebSocket } from 'ws'

const conversations = new Map<string, Set<WebSocket>>()
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })

server.on('listening', () => process.stdout.write(JSON.stringify(server.address())))
server.on('connection', (socket, { url = '' }) => {
  const [, conversationId = '', userId = ''] = url.split('/')
  const members = conversations.get(conversationId) ?? new Set()
  conversations.set(conversationId, members.add(socket))
  socket.on('close', () => members.delete(socket))
  socket.on('message', (received: Buffer) => {
    const { id, params }: Request = JSON.parse(received.toString())
    const message = {
      id: params.id,
      conversationId,
      seq: id,
      rev: id,
      senderId: userId,
      text: params.text,
      createdAt: new Date().toISOString(),
      deliveredAt: null,
      readAt: null,
    }
    send(socket, encode({ id, result: { message, duplicate: false } }))
    const event = encode({ event: 'message.created', data: { message } })
    for (const member of members) send(member, event)
  })
})
process.stdin.on('end', () => process.exit()).resume()

// --- Internal helpers ---

interface Request {
  id: number
  params: { id: string; text: string }
}

/** Encoded once, however many it goes to, as Rufer does. */
function encode(frame: object) {
  return Buffer.from(JSON.stringify(frame))
}

function send(socket: WebSocket, frame: Buffer) {
  socket.send(frame, { binary: false })
}
