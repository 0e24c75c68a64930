// Sync: whatever is lost, doubled or late, each change is delivered once, in order, and none is missing at the end.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  mergePage,
  receiveEvent,
  seenWith,
  type RevEvent,
  type Seen,
  type SyncPage,
} from '#rufer/client/sync.ts'
import { aConversation, aMessage, aReceipt } from '../../helpers/chat-fixtures.ts'

/** true: a message takes the rev; false: a receipt does. */
type History = boolean[]

const history = fc.array(fc.boolean(), { minLength: 1, maxLength: 30 })

describe('receiveEvent', () => {
  it('begins a conversation never heard of with its first event', () => {
    const { deliver, gap } = receiveEvent(undefined, created(7, 4))
    expect(deliver).toEqual([created(7, 4)])
    expect(gap).toBe(false)
  })

  it('holds what is beyond a gap until the gap is filled', () => {
    const third = receiveEvent(seenAt({ rev: 1, seq: 1 }), created(3, 3))
    expect(third).toMatchObject({ deliver: [], gap: true })
    const second = receiveEvent(third.seen, created(2, 2))
    expect(second.deliver.map(revOf)).toEqual([2, 3])
    expect(second.gap).toBe(false)
  })

  it('drops what was seen', () => {
    expect(receiveEvent(seenAt({ rev: 3, seq: 3 }), created(3, 3)).deliver).toEqual([])
  })
})

describe('mergePage', () => {
  it('covers revs that a later change took over', () => {
    const page: SyncPage = {
      conversation: aConversation({ rev: 9, seq: 3 }),
      messages: [aMessage({ seq: 2, rev: 9 })],
      receipts: [],
      hasMore: false,
    }
    const { seen, deliver, gap } = mergePage(seenAt({ rev: 5, seq: 3 }), page)
    expect(seen.rev).toBe(9)
    expect(deliver).toEqual([{ event: 'message.updated', data: { message: page.messages[0] } }])
    expect(gap).toBe(false)
  })

  it('ends with every change delivered once and in order, whatever was lost on the way', () => {
    const run = fc.property(
      history,
      fc.infiniteStream(fc.nat({ max: 3 })),
      fc.integer({ min: 1, max: 7 }),
      replay,
    )
    fc.assert(run, { numRuns: 500 })
  })
})

describe('messages changed since they were made', () => {
  it('come in the order of their seqs, each in its last form, on pages however small', () => {
    const run = fc.property(
      fc.array(change, { minLength: 1, maxLength: 40 }),
      fc.nat({ max: 40 }),
      fc.integer({ min: 1, max: 5 }),
      catchUp,
    )
    fc.assert(run, { numRuns: 500 })
  })
})

/** A receipt, a new message, or a new form of one of those there are. */
const change = fc.oneof(fc.constant('receipt'), fc.constant('message'), fc.nat({ max: 30 }))
type Change = string | number

/** A client that left after so many changes, and asks for the others. */
function catchUp(changes: Change[], left: number, pageSize: number) {
  const before = statesOf(changes.slice(0, left))
  const now = statesOf(changes)
  let seen: Seen = seenAt({ rev: Math.min(left, changes.length), seq: before.size })
  const delivered: RevEvent[] = []
  while (seen.rev < changes.length) {
    const step = mergePage(seen, pageOf(now, { after: seen.rev, rev: changes.length, pageSize }))
    seen = step.seen
    delivered.push(...step.deliver)
  }
  const createdSeqs = delivered.flatMap((event) =>
    event.event === 'message.created' ? [event.data.message.seq] : [],
  )
  expect(createdSeqs).toEqual(
    Array.from({ length: now.size - before.size }, (_, index) => before.size + index + 1),
  )
  const told = new Map(before)
  for (const event of delivered)
    if (event.event !== 'receipt.updated') told.set(event.data.message.seq, event.data.message.rev)
  expect(told).toEqual(now)
  expect(seen).toMatchObject({ seq: now.size, early: [] })
}

function seenAt(place: { rev: number; seq: number }): Seen {
  return seenWith(aConversation(place))
}

/** Plays a history to a client: each event is lost, doubled, late or fine; then the client asks for what is missing. */
function replay(changes: History, fates: Iterator<number>, pageSize: number) {
  const events = toEvents(changes)
  let seen: Seen = seenAt({ rev: 0, seq: 0 })
  const delivered: RevEvent[] = []
  const take = (step: { seen: Seen; deliver: RevEvent[] }) => {
    seen = step.seen
    delivered.push(...step.deliver)
  }
  for (const event of arrivals(events, fates)) take(receiveEvent(seen, event))
  while (seen.rev < events.length) take(mergePage(seen, pageAfter(events, seen.rev, pageSize)))
  expect(delivered.map(revOf)).toEqual(events.map(revOf))
  expect(delivered).toEqual(events)
  expect(seen.held).toEqual([])
}

/** The rev of each message by its seq, after such changes. */
function statesOf(changes: Change[]): Map<number, number> {
  const revs = new Map<number, number>()
  for (const [index, each] of changes.entries()) {
    if (each === 'message') revs.set(revs.size + 1, index + 1)
    if (typeof each === 'number' && revs.size > 0) revs.set((each % revs.size) + 1, index + 1)
  }
  return revs
}

/** As the server answers: each message stands where it was changed last, and nothing where it was before. */
function pageOf(
  states: Map<number, number>,
  { after, rev, pageSize }: { after: number; rev: number; pageSize: number },
): SyncPage {
  const changed = [...states].filter(([, each]) => each > after).toSorted(([, a], [, b]) => a - b)
  return {
    conversation: aConversation({ rev, seq: states.size }),
    messages: changed.slice(0, pageSize).map(([seq, each]) => aMessage({ seq, rev: each })),
    receipts: [],
    hasMore: changed.length > pageSize,
  }
}

function arrivals(events: RevEvent[], fates: Iterator<number>): RevEvent[] {
  const late: RevEvent[] = []
  const inTime = events.flatMap((event) => {
    const fate = fates.next().value
    if (fate === 0) return []
    if (fate === 1) late.push(event)
    return fate === 1 ? [] : Array.from({ length: fate - 1 }, () => event)
  })
  return [...inTime, ...late.toReversed()]
}

function pageAfter(events: RevEvent[], rev: number, pageSize: number): SyncPage {
  const items = events.slice(rev, rev + pageSize)
  return {
    conversation: aConversation({ rev: events.length, seq: events.filter(isMessage).length }),
    messages: items.flatMap((item) => (item.event === 'receipt.updated' ? [] : [item.data.message])),
    receipts: items.flatMap((item) => (item.event === 'receipt.updated' ? [item.data.receipt] : [])),
    hasMore: rev + pageSize < events.length,
  }
}

function toEvents(changes: History): RevEvent[] {
  let seq = 0
  return changes.map((isNewMessage, index): RevEvent => {
    if (isNewMessage) return created(index + 1, ++seq)
    return { event: 'receipt.updated', data: { receipt: aReceipt({ rev: index + 1 }) } }
  })
}

function created(rev: number, seq: number): RevEvent {
  return { event: 'message.created', data: { message: aMessage({ seq, rev }) } }
}

function isMessage(event: RevEvent): boolean {
  return event.event !== 'receipt.updated'
}

function revOf(event: RevEvent): number {
  return event.event === 'receipt.updated' ? event.data.receipt.rev : event.data.message.rev
}
