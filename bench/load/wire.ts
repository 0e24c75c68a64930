// One user's connection, as the load sees it: Rufer's frames over a WebSocket, or the same over Socket.IO.
import { once } from 'node:events'
import { io } from 'socket.io-client'
import { WebSocket } from 'ws'

/** Where one user connects, once. */
export interface Seat {
  userId: string
  url: string
  protocols: string[]
  /** a WebSocket unless told otherwise */
  dialect?: 'socket.io'
}

/** A refused request or a lost connection is thrown where nobody catches it: it ends the process, and the run with it. */
export interface Wire {
  opened: Promise<unknown>
  request: (method: string, params: object, onResult: (result: Result) => void) => void
  /** Has one listener. */
  listen: (onEvent: OnEvent) => void
  drop: () => void
}

export interface ChatMessage {
  id: string
  conversationId: string
  senderId: string
}

export interface Presence {
  userId: string
  status: 'online' | 'offline'
}

export function openWire(seat: Seat): Wire {
  return seat.dialect === 'socket.io' ? openSocketIo(seat) : openWs(seat)
}

export function ask(wire: Wire, method: string, params: object): Promise<Result> {
  return new Promise((resolve) => wire.request(method, params, resolve))
}

/** A socket that asks nothing of the machine that it does not need: the load should not be what limits a fast server. */
export function openSocket({ url, protocols }: Pick<Seat, 'url' | 'protocols'>): WebSocket {
  return new WebSocket(url, protocols, { perMessageDeflate: false, skipUTF8Validation: true })
}

// --- Internal helpers ---

interface Result {
  message?: ChatMessage
  /** of a page: where the next one begins */
  nextCursor?: string | null
}

interface EventData {
  message?: ChatMessage
  presence?: Presence
}

type OnEvent = (event: string, data: EventData) => void

interface Frame {
  id?: number
  result?: Result
  error?: object
  event?: string
  data?: EventData
}

function openWs(seat: Seat): Wire {
  const socket = openSocket(seat)
  const waiting = new Map<number, (result: Result) => void>()
  let lastId = 0
  let onEvent: OnEvent | undefined
  socket.on('message', (received: Buffer) => {
    const { id, result, error, event, data }: Frame = JSON.parse(received.toString())
    if (error) throw new Error(`a request was refused: ${JSON.stringify(error)}`)
    if (event !== undefined) return onEvent?.(event, data ?? {})
    const onResult = waiting.get(id ?? 0)
    waiting.delete(id ?? 0)
    onResult?.(result ?? {})
  })
  socket.on('close', (code) => lose(seat, code))
  return {
    opened: once(socket, 'open'),
    request(method, params, onResult) {
      waiting.set(++lastId, onResult)
      socket.send(JSON.stringify({ id: lastId, method, params }))
    },
    listen: (listener) => void (onEvent = listener),
    drop: () => socket.removeAllListeners('close').terminate(),
  }
}

function openSocketIo(seat: Seat): Wire {
  const socket = io(seat.url, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
  })
  socket.on('disconnect', (reason) => lose(seat, reason))
  socket.on('connect_error', (error) => lose(seat, error.message))
  return {
    opened: new Promise<void>((resolve) => socket.once('connect', resolve)),
    request: (method, params, onResult) => void socket.emit(method, params, onResult),
    listen(onEvent) {
      for (const event of EVENTS) socket.on(event, (data: EventData) => onEvent(event, data))
    },
    drop: () => void socket.off('disconnect').disconnect(),
  }
}

const EVENTS = ['message.created', 'presence.changed']

function lose({ userId }: Seat, why: unknown): never {
  throw new Error(`the connection of ${userId} was lost (${String(why)})`)
}
