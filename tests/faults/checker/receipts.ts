// Receipts: markers only move forward (I8), count what is unread (I9), and never take back what was shown (I18).
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { Receipt } from '#rufer/shared/model/receipt.ts'
import type { Evidence, Reading } from '#rufer/tests/faults/evidence.ts'
import type { Entry } from '#rufer/tests/faults/history.ts'
import { callsOf, groupBy } from './calls.ts'
import type { Fault } from './fault.ts'

export function checkReceipts(evidence: Evidence): Fault[] {
  const { entries, readings } = evidence
  return [
    ...[...groupBy(entries, ({ device }) => device)].flatMap(checkClient),
    ...readings.flatMap(checkMarkers),
    ...readings.flatMap(checkUnread),
    ...checkConfirmed(evidence),
    ...checkShown(evidence),
  ]
}

// --- Internal helpers ---

type Markers = Pick<Receipt, 'deliveredSeq' | 'readSeq'>

/** The markers as a client was told of them, one move after the other. */
function checkClient([device, entries]: [string, Entry[]]): Fault[] {
  const last = new Map<string, Markers>()
  const seqs = new Map<string, number>()
  const emptied = emptiedWhenTold(entries)
  return entries.flatMap((entry): Fault[] => {
    if (entry.type === 'loaded') seqs.set(entry.conversation.id, entry.conversation.seq)
    if (entry.type !== 'event') return []
    const { event, data } = entry.event
    if (event === 'message.created') {
      const { conversationId, seq } = data.message
      seqs.set(conversationId, Math.max(seq, seqs.get(conversationId) ?? 0))
      moveBySending(last, data.message)
    }
    if (event !== 'receipt.updated') return []
    const { conversationId, userId, rev } = data.receipt
    const subject = `${conversationId} ${userId}`
    const seq = seqs.get(conversationId) ?? Infinity
    // those behind it wait for it, and so are told after receipts that cover them
    const isWaiting = (emptied.get(`${conversationId} ${seq + 1}`) ?? 0) > rev
    const what = wrongMove(last.get(subject), data.receipt, isWaiting ? Infinity : seq)
    last.set(subject, data.receipt)
    return what === undefined ? [] : [fault('I8', subject, `${device} was told at rev ${rev} ${what}`)]
  })
}

/** The sender has read up to it, or further where that was told before. */
function moveBySending(last: Map<string, Markers>, { conversationId, senderId, seq }: Message) {
  const subject = `${conversationId} ${senderId}`
  const { deliveredSeq, readSeq } = last.get(subject) ?? { deliveredSeq: 0, readSeq: 0 }
  last.set(subject, { deliveredSeq: Math.max(deliveredSeq, seq), readSeq: Math.max(readSeq, seq) })
}

/** The revs of the messages that were emptied before the client told of them, by conversation and seq. */
function emptiedWhenTold(entries: readonly Entry[]): Map<string, number> {
  return new Map(
    entries.flatMap((entry) => {
      if (entry.type !== 'event' || entry.event.event !== 'message.created') return []
      const { conversationId, seq, rev, deletedAt } = entry.event.data.message
      return deletedAt === undefined ? [] : [[`${conversationId} ${seq}`, rev] as const]
    }),
  )
}

function wrongMove(before: Markers | undefined, after: Markers, seq: number): string | undefined {
  const isBack = before && (after.deliveredSeq < before.deliveredSeq || after.readSeq < before.readSeq)
  if (isBack) return 'a marker that moved back'
  return wrongMarkers(after, seq)
}

function wrongMarkers({ deliveredSeq, readSeq }: Markers, seq: number): string | undefined {
  return readSeq <= deliveredSeq && deliveredSeq <= seq
    ? undefined
    : `read ${readSeq}, delivered ${deliveredSeq}, of ${seq}`
}

function checkMarkers({ userId, conversations }: Reading): Fault[] {
  return conversations.flatMap(({ id, seq, members }) =>
    members.flatMap((member) => {
      const what = wrongMarkers(member, seq)
      if (what === undefined) return []
      return [fault('I8', `${id} ${member.userId}`, `the list of ${userId} has ${member.userId} ${what}`)]
    }),
  )
}

function checkUnread({ userId, conversations, messages }: Reading): Fault[] {
  return conversations.flatMap(({ id, unreadCount, members }): Fault[] => {
    const { readSeq } = markersOf(members, userId)
    const beyond = (messages.get(id) ?? []).filter(
      ({ seq, senderId }) => seq > readSeq && senderId !== userId,
    )
    const what = `${userId} has ${unreadCount} unread in ${id}, of which there are ${beyond.length}`
    return beyond.length === unreadCount
      ? []
      : [{ invariant: 'I9', tally: 'unread', subject: `${id} ${userId}`, what }]
  })
}

/** A marker that the server confirmed stands there, or further on. */
function checkConfirmed({ entries, readings }: Evidence): Fault[] {
  const read = groupBy(
    readings.flatMap((reading) => reading.conversations),
    ({ id }) => id,
  )
  return callsOf(entries, ['receipt.update']).flatMap(({ ask: { conversationId }, userId, answer }) => {
    const { deliveredSeq = 0, readSeq = 0 } = answer ?? {}
    const isKept = (read.get(conversationId) ?? []).every(({ members }) => {
      const now = markersOf(members, userId)
      return now.deliveredSeq >= deliveredSeq && now.readSeq >= readSeq
    })
    const what = `a confirmed receipt of ${userId} in ${conversationId} is lost`
    return isKept ? [] : [fault('I8', `${conversationId} ${userId}`, what)]
  })
}

/** What clients once showed as delivered or read is so in every later history. */
function checkShown({ entries, readings }: Evidence): Fault[] {
  const shown = new Map<string, Markers>()
  for (const entry of entries) {
    if (entry.type !== 'event' || entry.event.event !== 'receipt.updated') continue
    const { conversationId, userId, deliveredSeq, readSeq } = entry.event.data.receipt
    const key = `${conversationId} ${userId}`
    const before = shown.get(key) ?? { deliveredSeq: 0, readSeq: 0 }
    shown.set(key, {
      deliveredSeq: Math.max(before.deliveredSeq, deliveredSeq),
      readSeq: Math.max(before.readSeq, readSeq),
    })
  }
  return readings.flatMap(({ userId: reader, conversations, messages }) =>
    conversations.flatMap(({ id, members }) =>
      (messages.get(id) ?? []).flatMap((message) => {
        const other = members.find(({ userId }) => userId !== message.senderId)
        const once = shown.get(`${id} ${other?.userId}`) ?? { deliveredSeq: 0, readSeq: 0 }
        const isBack =
          (once.deliveredSeq >= message.seq && message.deliveredAt === null) ||
          (once.readSeq >= message.seq && message.readAt === null)
        const what = `message ${message.id} went back from delivered or read, in the history of ${reader}`
        return isBack ? [fault('I18', message.id, what)] : []
      }),
    ),
  )
}

function markersOf(members: Conversation['members'], userId: string): Markers {
  return members.find((member) => member.userId === userId) ?? { deliveredSeq: 0, readSeq: 0 }
}

function fault(invariant: 'I8' | 'I18', subject: string, what: string): Fault {
  return { invariant, tally: 'other', subject, what }
}
