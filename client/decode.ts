// Decode: the text of a frame → the reply or event it holds.
import type { ChatEvent, EventName } from '#rufer/shared/protocol/events.ts'
import type { ReplyFrame } from '#rufer/shared/protocol/frame.ts'

/** `ignored`: an event of a later protocol, or nothing this client knows. */
export type Incoming =
  | { kind: 'reply'; reply: ReplyFrame }
  | { kind: 'event'; event: ChatEvent }
  | { kind: 'ignored' }

/** Typed by the table, so that an event added there must be added here. */
const known: Record<EventName, true> = {
  'session.started': true,
  'message.created': true,
  'message.updated': true,
  'receipt.updated': true,
  'conversation.updated': true,
  'typing.started': true,
  'typing.stopped': true,
  'presence.changed': true,
  'session.ending': true,
}

/** Tells replies and events apart; what they hold is the server's word and taken as it is. */
export function decode(text: unknown): Incoming {
  const frame = parse(text)
  if (isReply(frame)) return { kind: 'reply', reply: frame }
  if (isEvent(frame)) return { kind: 'event', event: frame }
  return { kind: 'ignored' }
}

/** What a frame is called in a log; says nothing of what it holds. */
export function nameOf(incoming: Incoming): string {
  if (incoming.kind === 'event') return incoming.event.event
  return incoming.kind === 'reply' ? `#${incoming.reply.id}` : 'ignored'
}

function parse(text: unknown): object {
  if (typeof text !== 'string') return {}
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    // No JSON is no frame: it is told as ignored, as every other unknown shape.
    return {}
  }
}

function isReply(frame: object): frame is ReplyFrame {
  return 'id' in frame && typeof frame.id === 'number' && ('result' in frame || 'error' in frame)
}

function isEvent(frame: object): frame is ChatEvent {
  return (
    'event' in frame &&
    typeof frame.event === 'string' &&
    Object.hasOwn(known, frame.event) &&
    'data' in frame &&
    typeof frame.data === 'object' &&
    frame.data !== null
  )
}
