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
  /** new messages that came by sync before those that they follow, which were changed since and so stand further back */
  early: readonly Message[]
}

/** What follows from something received: `gap` when earlier revs are missing and must be asked for. */
export interface Step {
  seen: Seen
  deliver: RevEvent[]
  gap: boolean
}

/** Everything up to the conversation as it was given counts as seen. */
export function seenWith({ rev, seq, updatedAt }: Pick<Conversation, 'rev' | 'seq' | 'updatedAt'>): Seen {
  return { rev, seq, updatedAt, held: [], early: [] }
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

/**
 * Takes a page of `conversation.sync`, which covers every rev up to its last even where numbers are left out. It goes by
 * rev; a message that was changed since it was made stands behind those that came after it, and is waited for: new
 * messages are delivered by seq.
 */
export function mergePage(seen: Seen, page: SyncPage): Step {
  const receipts = page.receipts.map((receipt): RevEvent => ({ event: 'receipt.updated', data: { receipt } }))
  const messages = page.messages.map((message) => toEvent(message, seen))
  const items = [...messages, ...receipts].toSorted(byRev)
  const last = items.at(-1)
  const coveredTo = page.hasMore && last ? revOf(last) : page.conversation.rev
  const fresh = items.filter((item) => revOf(item) > seen.rev)
  const step = drain({ ...seen, rev: Math.max(seen.rev, coveredTo) }, fresh)
  const { deliver, ...place } = inSeqOrder(seen, step.deliver, page.hasMore)
  return { ...step, deliver, seen: { ...step.seen, ...place } }
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
  const seen = { ...newestOf(from, next), rev, held, early: from.early }
  return { seen, deliver: [...deliver, ...next], gap: held.length > 0 }
}

function seenBefore(event: RevEvent): Seen {
  const seq = event.event === 'receipt.updated' ? event.data.receipt.deliveredSeq : event.data.message.seq - 1
  return { rev: revOf(event) - 1, seq, updatedAt: '', held: [], early: [] }
}

function toEvent(message: Message, seen: Seen): RevEvent {
  return { event: message.seq > seen.seq ? 'message.created' : 'message.updated', data: { message } }
}

/** Puts new messages into the order of their seqs; of those that no other page can complete none is kept back. */
function inSeqOrder(seen: Seen, items: readonly RevEvent[], hasMore: boolean) {
  let { seq, updatedAt } = seen
  const waiting = new Map(seen.early.map((message) => [message.seq, message]))
  const deliver: RevEvent[] = []
  const release = (message: Message) => {
    deliver.push({ event: 'message.created', data: { message } })
    waiting.delete(message.seq)
    seq = message.seq
    updatedAt = message.createdAt
  }
  for (const item of items) {
    if (item.event === 'receipt.updated' || item.data.message.seq <= seq) deliver.push(item)
    else waiting.set(item.data.message.seq, item.data.message)
    for (let next = waiting.get(seq + 1); next; next = waiting.get(seq + 1)) release(next)
  }
  const left = [...waiting.values()].toSorted((a, b) => a.seq - b.seq)
  if (!hasMore) for (const message of left) release(message)
  return { deliver, seq, updatedAt, early: hasMore ? left : [] }
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
