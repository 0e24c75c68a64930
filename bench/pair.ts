// Two members of a conversation over real sockets: sends from one, and tells when it was answered and delivered.
import { once } from 'node:events'
import { v7 } from 'uuid'
import { WebSocket } from 'ws'

/** Where one member connects. */
export interface Seat {
  userId: string
  url: string
  protocols: string[]
}

export type Seats = [Seat, Seat]

/** When the sender had the reply and the peer had the event, by `performance.now()`. */
export interface Arrival extends Instants {
  id: string
}

interface Instants {
  repliedAt: number
  deliveredAt: number
}

export interface Pair {
  /** Sends a message from the first or the second; `onArrived` is called once, when it was answered and delivered. */
  send(from: 0 | 1, onArrived: (arrival: Arrival) => void): void
}

/**
 * Connects both and opens their conversation with a first message.
 *
 * A refused request or a lost connection is thrown where nobody catches it: it ends the process, and the run with it.
 */
export async function connectPair(seats: Seats): Promise<Pair> {
  const underWay = new Map<string, Flight>()
  const sockets = [openSocket(seats[0], underWay), openSocket(seats[1], underWay)] as const
  await Promise.all(sockets.map((socket) => once(socket, 'open')))
  let lastRequestId = 0
  let target: object = { userId: seats[1].userId }

  function send(from: 0 | 1, onArrived: Flight['onArrived']) {
    const id = nextMessageId()
    underWay.set(id, { repliedAt: 0, deliveredAt: 0, onArrived })
    const params = { id, ...target, text: TEXT }
    sockets[from].send(JSON.stringify({ id: ++lastRequestId, method: 'message.send', params }))
  }

  await new Promise<void>((resolve) => {
    send(0, ({ conversationId }) => {
      target = { conversationId }
      resolve()
    })
  })
  return { send }
}

// --- Internal helpers ---

/** Makes a request of about 250 bytes. */
export const TEXT =
  'A message as people write them: a sentence or two, and no more than fits on two lines of a phone.'

/** Ids that sort by time, as clients make them, without the price of randomness for each. */
const idBegin = v7().slice(0, -12)
let lastMessage = 0
const nextMessageId = () => idBegin + (++lastMessage).toString(16).padStart(12, '0')

interface Flight extends Instants {
  onArrived(arrival: Arrival & { conversationId: string }): void
}

interface ChatMessage {
  id: string
  conversationId: string
  senderId: string
}

interface Frame {
  error?: object
  result?: { message: ChatMessage }
  data?: { message?: ChatMessage }
}

function openSocket({ userId, url, protocols }: Seat, underWay: Map<string, Flight>): WebSocket {
  // the generator should not be what limits a fast server, so it checks no more than it needs
  const socket = new WebSocket(url, protocols, { perMessageDeflate: false, skipUTF8Validation: true })
  socket.on('message', (received: Buffer) => {
    const frame: Frame = JSON.parse(received.toString())
    if (frame.error) throw new Error(`a message was refused: ${JSON.stringify(frame.error)}`)
    const { result, data } = frame
    if (result) arrived(underWay, result.message, 'repliedAt')
    else if (data?.message && data.message.senderId !== userId) arrived(underWay, data.message, 'deliveredAt')
  })
  socket.on('close', (code) => {
    throw new Error(`the connection of ${userId} was lost with ${code}`)
  })
  return socket
}

function arrived(
  underWay: Map<string, Flight>,
  { id, conversationId }: ChatMessage,
  how: 'repliedAt' | 'deliveredAt',
) {
  const flight = underWay.get(id)
  if (!flight) throw new Error(`message ${id} came twice, or was never sent`)
  flight[how] = performance.now()
  if (flight.repliedAt === 0 || flight.deliveredAt === 0) return
  underWay.delete(id)
  const { repliedAt, deliveredAt } = flight
  flight.onArrived({ id, repliedAt, deliveredAt, conversationId })
}
