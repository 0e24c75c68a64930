// The bare relay: what `ws` alone does with the same frames. It checks nothing and keeps nothing. Ends when stdin does.
import { WebSocketServer, type WebSocket } from 'ws'
import { toMessage, toPresence, type MessageParams } from './frames.ts'

const rooms = new Map<string, Set<WebSocket>>()
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })

server.on('listening', () => process.stdout.write(JSON.stringify(server.address())))
server.on('connection', (socket, { url = '' }) => {
  const [, conversationId = '', senderId = ''] = url.split('/')
  const members = rooms.get(conversationId) ?? new Set()
  rooms.set(conversationId, members)
  const announce = (status: 'online' | 'offline') =>
    tell(members, { event: 'presence.changed', data: { presence: toPresence(senderId, status) } })
  announce('online')
  members.add(socket)
  socket.on('close', () => {
    members.delete(socket)
    announce('offline')
  })
  socket.on('message', (received: Buffer) => {
    const { id, method, params }: Request = JSON.parse(received.toString())
    if (method !== 'message.send') return send(socket, encode({ id, result: {} }))
    const message = toMessage(params, { conversationId, senderId, seq: id })
    send(socket, encode({ id, result: { message, duplicate: false } }))
    tell(members, { event: 'message.created', data: { message } })
  })
})
process.stdin.on('end', () => process.exit()).resume()

// --- Internal helpers ---

interface Request {
  id: number
  method: string
  params: MessageParams
}

/** Encoded once, however many it goes to, as Rufer does. */
function tell(members: Set<WebSocket>, frame: object) {
  const encoded = encode(frame)
  for (const member of members) send(member, encoded)
}

function encode(frame: object) {
  return Buffer.from(JSON.stringify(frame))
}

function send(socket: WebSocket, frame: Buffer) {
  socket.send(frame, { binary: false })
}
