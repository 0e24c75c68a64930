// Sync: what a client knows of each conversation's revisions, so that it sees every change once and in order. Pure.
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { ChatEvent } from '#rufer/shared/protocol/events.ts'
import type { Result } from '#rufer/shared/protocol/methods.ts'

/** An event about something that takes a rev. */
export type RevEvent = Extract<
  ChatEvent,
  { event: 'message.created' | 'message.updated' | 'receipt.updated' }
>
export type SyncPage = Result<'conversation.sync'>['conversations'][number]

/** A conversation as far as it was seen, and the events beyond a gap, by rev. */
export interface Seen {
  rev: number
  seq: number
  /** of its last message, or when it was made; empty where that is not known */
  updatedAt: string
  held: readonly RevEvent[]
}

/** What follows from something received: `gap` when earlier revs are missing and must be asked for. */
export interface Step {
  seen: Seen
  deliver: RevEvent[]
  gap: boolean
}

/** Everything up to the conversation as it was given counts as seen. */
export function seenWith({ rev, seq, updatedAt }: Pick<Conversation, 'rev' | 'seq' | 'updatedAt'>): Seen {
  return { rev, seq, updatedAt, held: [] }
}

/**
 * Takes an event: it is delivered when it is the next one, dropped when it was seen, held when something is missing.
 *
 * @param seen undefined for a conversation never heard of, whose story begins with this event
 */
export function receiveEvent(seen: Seen | undefined, event: RevEvent): Step {
  const known = seen ?? seenBefore(event)
  if (revOf(event) <= known.rev || known.held.some((held) => revOf(held) === revOf(event)))
    return { seen: known, deliver: [], gap: known.held.length > 0 }
  return drain({ ...known, held: [...known.held, event].toSorted(byRev) }, [])
}

/** Takes a page of `conversation.sync`, which covers every rev up to its last even where numbers are left out. */
export function mergePage(seen: Seen, page: SyncPage): Step {
  const receipts = page.receipts.map((receipt): RevEvent => ({ event: 'receipt.updated', data: { receipt } }))
  const messages = page.messages.map((message) => toEvent(message, seen))
  const items = [...messages, ...receipts].toSorted(byRev)
  const last = items.at(-1)
  const coveredTo = page.hasMore && last ? revOf(last) : page.conversation.rev
  const deliver = items.filter((item) => revOf(item) > seen.rev)
  return drain({ ...newestOf(seen, deliver), rev: Math.max(seen.rev, coveredTo), held: seen.held }, deliver)
}

export function takesRev(event: ChatEvent): event is RevEvent {
  return ['message.created', 'message.updated', 'receipt.updated'].includes(event.event)
}

export function conversationOf(event: RevEvent): string {
  return event.event === 'receipt.updated'
    ? event.data.receipt.conversationId
    : event.data.message.conversationId
}

function drain(from: Seen, deliver: RevEvent[]): Step {
  let { rev } = from
  const next: RevEvent[] = []
  const held = from.held.filter((event) => {
    if (revOf(event) > rev + 1) return true
    if (revOf(event) === rev + 1) {
      next.push(event)
      rev++
    }
    return false
  })
  const seen = { ...newestOf(from, next), rev, held }
  return { seen, deliver: [...deliver, ...next], gap: held.length > 0 }
}

function seenBefore(event: RevEvent): Seen {
  const seq = event.event === 'receipt.updated' ? event.data.receipt.deliveredSeq : event.data.message.seq - 1
  return { rev: revOf(event) - 1, seq, updatedAt: '', held: [] }
}

function toEvent(message: Message, seen: Seen): RevEvent {
  return { event: message.seq > seen.seq ? 'message.created' : 'message.updated', data: { message } }
}

function newestOf(seen: Seen, events: readonly RevEvent[]): Pick<Seen, 'seq' | 'updatedAt'> {
  const messages = events.flatMap((event) => (event.event === 'receipt.updated' ? [] : [event.data.message]))
  const newest = messages.reduce((a, b) => (b.seq > a.seq ? b : a), {
    seq: seen.seq,
    createdAt: seen.updatedAt,
  })
  return { seq: newest.seq, updatedAt: newest.createdAt }
}

function revOf(event: RevEvent): number {
  return event.event === 'receipt.updated' ? event.data.receipt.rev : event.data.message.rev
}

function byRev(a: RevEvent, b: RevEvent): number {
  return revOf(a) - revOf(b)
}
