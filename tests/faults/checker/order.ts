// The order of what happened in conversations: one for all, without holes (I3), each sender's kept (I4), the last last (I10).
import { conversationOf, takesRev, type RevEvent } from '#rufer/client/sync.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { Evidence, Reading } from '#rufer/tests/faults/evidence.ts'
import type { Entry } from '#rufer/tests/faults/history.ts'
import { callsOf, groupBy } from './calls.ts'
import { freedRevs, type Freed } from './erased.ts'
import type { Fault } from './fault.ts'
import { checkRun, type Run } from './runs.ts'

export function checkOrder(evidence: Evidence): Fault[] {
  const { entries, readings, store } = evidence
  const clients = [...groupBy(entries, ({ device }) => device)]
  const freed = freedRevs(evidence)
  return [
    ...clients.flatMap((client) => checkTold(client, freed)),
    ...clients.flatMap(checkWire),
    ...readings.flatMap((reading) => checkReading(reading, freed)),
    ...(store ? checkStore(store, freed) : []),
    ...checkAgreement(evidence),
    ...checkSenders(evidence),
  ]
}

// --- Internal helpers ---

/** By conversation. */
type FreedRevs = ReadonlyMap<string, Freed>

/** What a client told its user, conversation by conversation. */
function checkTold([device, entries]: [string, Entry[]], freed: FreedRevs): Fault[] {
  const loaded = new Map(
    entries.flatMap((entry) =>
      entry.type === 'loaded' ? [[entry.conversation.id, entry.conversation] as const] : [],
    ),
  )
  const told = entries.flatMap((entry) =>
    entry.type === 'event' && takesRev(entry.event) ? [entry.event] : [],
  )
  const runs = [...groupBy(told, conversationOf)].flatMap(([conversationId, events]): Run[] => {
    const { seq, rev } = loaded.get(conversationId) ?? {}
    const run = { who: device, conversationId }
    const [revs, late] = [events.map(revOf), heldBack(events)]
    return [
      { ...run, of: 'rev', numbers: revs, after: rev, freed: freed.get(conversationId), late },
      { ...run, of: 'seq', numbers: events.flatMap(seqOf), after: seq },
    ]
  })
  return runs.flatMap(checkRun)
}

/** What came over each connection of a client, from its first event on. */
function checkWire([device, entries]: [string, Entry[]]): Fault[] {
  const wire = entries.flatMap((entry) =>
    entry.type === 'wire' && takesRev(entry.event) ? [{ ...entry, event: entry.event }] : [],
  )
  const runs = groupBy(wire, ({ connectionId, event }) => `${connectionId} ${conversationOf(event)}`)
  return [...runs].flatMap(([key, events]) => {
    const [connectionId = '', conversationId = ''] = key.split(' ')
    const numbers = events.map(({ event }) => revOf(event))
    return checkRun({ who: `${device} over ${connectionId}`, conversationId, of: 'rev', numbers })
  })
}

function checkReading({ userId, conversations, messages, revisions }: Reading, freed: FreedRevs): Fault[] {
  const [history, catchingUp] = [`the history of ${userId}`, `the catching up of ${userId}`]
  const runs = conversations.flatMap(({ id: conversationId }): Run[] => {
    const seqs = (messages.get(conversationId) ?? []).map(({ seq }) => seq)
    const revs = revsOf(revisions.get(conversationId))
    return [
      { who: history, conversationId, of: 'seq', numbers: seqs, after: 0 },
      {
        who: catchingUp,
        conversationId,
        of: 'rev',
        numbers: revs,
        after: 0,
        freed: freed.get(conversationId),
      },
    ]
  })
  return [
    ...runs.flatMap(checkRun),
    ...conversations.flatMap(({ id, seq, rev, lastMessage }) => {
      const last = messages.get(id)?.at(-1)
      const isLast = last?.id === lastMessage?.id && (last?.seq ?? 0) === seq
      return checkLast({
        id,
        who: history,
        isLast: isLast && (revsOf(revisions.get(id)).at(-1) ?? 0) === rev,
      })
    }),
  ]
}

function checkLast({ who, id, isLast }: { who: string; id: string; isLast: boolean }): Fault[] {
  const what = `the list has another last message or rev of ${id} than ${who}`
  return isLast ? [] : [{ invariant: 'I10', tally: 'other', subject: id, what }]
}

function checkStore(
  { conversations, messages, receipts }: NonNullable<Evidence['store']>,
  freed: FreedRevs,
): Fault[] {
  const who = 'the store'
  return conversations.flatMap(({ id, seq, rev }) => {
    const own = messages.filter(({ conversationId }) => conversationId === id)
    const moved = receipts.filter(({ conversationId }) => conversationId === id)
    const seqs = own.map((message) => message.seq).toSorted((a, b) => a - b)
    const revs = revsOf({ messages: own, receipts: moved })
    const isLast = (seqs.at(-1) ?? 0) === seq && (revs.at(-1) ?? 0) === rev
    const runs: Run[] = [
      { who, conversationId: id, of: 'seq', numbers: seqs, after: 0 },
      { who, conversationId: id, of: 'rev', numbers: revs, after: 0, freed: freed.get(id) },
    ]
    return runs.flatMap(checkRun).concat(checkLast({ id, who, isLast }))
  })
}

/** The message at a place is the same for everybody, and everybody has a message at the same place. */
function checkAgreement(evidence: Evidence): Fault[] {
  const seen = allSeen(evidence)
  const idsBySeq = groupBy(seen, ({ conversationId, seq }) => `${conversationId} seq ${seq}`)
  const seqsById = groupBy(seen, ({ id }) => `message ${id}`)
  return [
    ...[...idsBySeq].flatMap(([place, messages]) =>
      checkOne(
        place,
        messages.map(({ id }) => id),
      ),
    ),
    ...[...seqsById].flatMap(([message, places]) =>
      checkOne(
        message,
        places.map(({ seq }) => `seq ${seq}`),
      ),
    ),
  ]
}

function checkOne(subject: string, all: string[]): Fault[] {
  const different = new Set(all)
  const what = `${subject} is ${[...different].join(' for some, for others ')}`
  return different.size > 1 ? [{ invariant: 'I3', tally: 'reordered', subject, what }] : []
}

function allSeen({ entries, readings, store }: Evidence): Pick<Message, 'id' | 'conversationId' | 'seq'>[] {
  const told = entries.flatMap((entry) => {
    if (entry.type !== 'event' && entry.type !== 'wire') return []
    return entry.event.event === 'message.created' ? [entry.event.data.message] : []
  })
  const answered = callsOf(entries, ['message.send', 'message.list']).flatMap(({ answer }) =>
    (answer?.messages ?? []).concat(answer?.message ?? []),
  )
  const listed = readings.flatMap(({ messages }) => [...messages.values()].flat())
  return [...told, ...answered, ...listed, ...(store?.messages ?? [])]
}

/** What one client sent to a conversation stands there in that order; a message sent again keeps its first place. */
function checkSenders({ entries, readings }: Evidence): Fault[] {
  const listed = readings.flatMap(({ messages }) => [...messages.values()].flat())
  const seqs = new Map(listed.map(({ id, seq }) => [id, seq]))
  const sends = callsOf(entries, ['message.send'])
  const firsts = [...groupBy(sends, ({ ask }) => ask.id).values()].flatMap(([first]) => first ?? [])
  const lanes = groupBy(firsts, ({ device, ask }) => `${device} ${ask.conversationId}`)
  return [...lanes.values()].flatMap((lane) => {
    let highest = 0
    return lane.flatMap(({ ask, device, answer }): Fault[] => {
      const seq = answer?.message?.seq ?? seqs.get(ask.id) ?? Infinity
      const isLate = seq < highest
      if (seq !== Infinity) highest = Math.max(highest, seq)
      const what = `message ${ask.id} of ${device} stands before one that was sent earlier`
      return isLate ? [{ invariant: 'I4', tally: 'reordered', subject: ask.id, what }] : []
    })
  })
}

interface Revisions {
  messages: readonly { rev: number }[]
  receipts: readonly { rev: number }[]
}

/** All revs of a conversation, upwards. */
function revsOf({ messages, receipts }: Revisions = { messages: [], receipts: [] }): number[] {
  return [...messages, ...receipts].map(({ rev }) => rev).toSorted((a, b) => a - b)
}

function revOf(event: RevEvent): number {
  return event.event === 'receipt.updated' ? event.data.receipt.rev : event.data.message.rev
}

function seqOf(event: RevEvent): number[] {
  return event.event === 'message.created' ? [event.data.message.seq] : []
}

/** New messages are told by seq: those behind an emptied one, which took a later rev, are told after that. */
function heldBack(events: readonly RevEvent[]): Set<number> {
  let highest = 0
  const late = new Set<number>()
  for (const { event, data } of events) {
    if (event !== 'message.created') continue
    const { rev, deletedAt } = data.message
    if (rev < highest) late.add(rev)
    if (deletedAt !== undefined) highest = Math.max(highest, rev)
  }
  return late
}
