// Recording: what a client tells of itself becomes entries of the history.
import type { ChatClient } from '#rufer/client/chat-client.ts'
import { decode } from '#rufer/client/decode.ts'
import type { Trace } from '#rufer/client/trace.ts'
import type { ChatEvent, EventName } from '#rufer/shared/protocol/events.ts'
import type { Recorder } from '#rufer/tests/faults/history.ts'

/** Records its connections, from the tokens they are asked for with to their ends, and all events that come over them. */
export function recordConnections(record: Recorder, nextCall: () => number) {
  let attempt: number | undefined
  let connectionId: string | undefined
  let isDropped = false

  function ended(code: number) {
    if (attempt !== undefined) record({ type: 'unknown', call: attempt, code })
    if (connectionId !== undefined) record({ type: 'closed', connectionId, code })
    const isFailure = connectionId === undefined
    attempt = undefined
    connectionId = undefined
    return isFailure ? 'failed' : undefined
  }

  function received(text: string) {
    const incoming = decode(text)
    if (incoming.kind !== 'event') return
    const { event } = incoming
    if (event.event === 'session.started') {
      connectionId = event.data.connectionId
      record({ type: 'opened', connectionId })
      if (attempt !== undefined) record({ type: 'ok', call: attempt, answer: {} })
      attempt = undefined
    }
    if (connectionId !== undefined) record({ type: 'wire', connectionId, event })
  }

  /** A connection that the client gives up it closes itself, as far as the server can see. */
  function traceSocket({ outcome, code = LOST }: Trace & { kind: 'socket' }) {
    const wasDropped = isDropped
    isDropped = outcome === 'dropped'
    return outcome === 'closed' ? ended(wasDropped ? CLOSED : code) : undefined
  }

  return {
    /** A socket is about to be opened with this token. */
    attempted: (token: string) => {
      attempt = nextCall()
      record({ type: 'invoke', call: attempt, ask: { method: 'connect', token, isSound: true } })
    },

    /** Takes one line of what the client does; `failed`: a socket that never got as far as a session. */
    traced: (trace: Trace): 'failed' | undefined => {
      if (trace.kind === 'received') received(trace.text)
      if (trace.kind === 'socket') return traceSocket(trace)
      const isClosed = trace.kind === 'status' && trace.status.state === 'closed'
      return isClosed && connectionId !== undefined ? ended(CLOSED) : undefined
    },
  }
}

/** Records every event that the client tells its user. */
export function recordEvents(client: ChatClient, record: Recorder): void {
  for (const event of told)
    client.on(event, (data) => record({ type: 'event', event: { event, data } as ChatEvent }))
}

// --- Internal helpers ---

const LOST = 1006
const CLOSED = 1000

const told = [
  'message.created',
  'message.updated',
  'receipt.updated',
  'conversation.updated',
  'typing.started',
  'typing.stopped',
  'presence.changed',
] as const satisfies EventName[]
