// Two members of a conversation over real sockets: sends from one, and tells when it was answered and delivered.
import { v7 } from 'uuid'
import { openWire, type ChatMessage, type Seat, type Wire } from './wire.ts'

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

/** Connects both and opens their conversation with a first message. */
export async function connectPair(seats: Seats): Promise<Pair> {
  const underWay = new Map<string, Flight>()
  const wires = [openMember(seats[0], underWay), openMember(seats[1], underWay)] as const
  await Promise.all(wires.map(({ opened }) => opened))
  let target: object = { userId: seats[1].userId }

  function send(from: 0 | 1, onArrived: Flight['onArrived']) {
    const id = nextMessageId()
    underWay.set(id, { repliedAt: 0, deliveredAt: 0, onArrived })
    wires[from].request('message.send', { id, ...target, text: TEXT }, ({ message }) => {
      if (message) arrived(underWay, message, 'repliedAt')
    })
  }

  await new Promise<void>((resolve) => {
    send(0, ({ conversationId }) => {
      target = { conversationId }
      resolve()
    })
  })
  return { send }
}

/** Makes a request of about 250 bytes. */
export const TEXT =
  'A message as people write them: a sentence or two, and no more than fits on two lines of a phone.'

// --- Internal helpers ---

/** Ids that sort by time, as clients make them, without the price of randomness for each. */
const idBegin = v7().slice(0, -12)
let lastMessage = 0
const nextMessageId = () => idBegin + (++lastMessage).toString(16).padStart(12, '0')

interface Flight extends Instants {
  onArrived(arrival: Arrival & { conversationId: string }): void
}

function openMember(seat: Seat, underWay: Map<string, Flight>): Wire {
  const wire = openWire(seat)
  wire.listen((_event, { message }) => {
    if (message && message.senderId !== seat.userId) arrived(underWay, message, 'deliveredAt')
  })
  return wire
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
