// Erasures: nothing of an erased user is left but places (I19), and nobody comes in or writes as one any more (I7).
import type { Message } from '#rufer/shared/model/message.ts'
import type { Evidence } from '#rufer/tests/faults/evidence.ts'
import type { Entry } from '#rufer/tests/faults/history.ts'
import { callsOf } from './calls.ts'
import { erasuresOf, type Erasures } from './erased.ts'
import type { Fault } from './fault.ts'

export function checkErasures(evidence: Evidence): Fault[] {
  const erasures = erasuresOf(evidence.entries)
  return [
    ...kept(evidence).flatMap(({ who, messages }) =>
      messages.flatMap((message) => checkMessage({ who, message, erasures })),
    ),
    ...evidence.entries.flatMap((entry) => checkTold(entry, erasures)),
    ...checkEnds(evidence, erasures),
    ...checkSessions(evidence, erasures),
    ...checkReturns(evidence, erasures),
  ]
}

/** What somebody has of a message that its sender's erasure should have changed, or should not. */
export function checkMessage({ who, message, erasures }: Sight): Fault[] {
  const { id, senderId, text, deletedAt } = message
  if (!erasures.has(senderId))
    return deletedAt === undefined
      ? []
      : [fault('lost', id, `${who} has message ${id} of ${senderId}, whom nobody erased, as deleted`)]
  const isEmpty = text === '' && deletedAt !== undefined
  return isEmpty ? [] : [fault('leaked', id, `${who} still has the text of ${id} of ${senderId}`)]
}

// --- Internal helpers ---

/** Within which the connections of who was erased have ended. */
const ENDED_MS = 2_000

interface Sight {
  who: string
  message: Pick<Message, 'id' | 'senderId' | 'text' | 'deletedAt'>
  erasures: Erasures
}

/** What is there in the end. */
function kept({ readings, store }: Evidence): { who: string; messages: readonly Sight['message'][] }[] {
  const read = readings.flatMap(({ userId, messages, revisions }) => [
    { who: `the history of ${userId}`, messages: [...messages.values()].flat() },
    {
      who: `the catching up of ${userId}`,
      messages: [...revisions.values()].flatMap((revision) => revision.messages),
    },
  ])
  return [...read, { who: 'the store', messages: store?.messages ?? [] }]
}

/** A message that is told to have changed is one that was emptied. */
function checkTold(entry: Entry, erasures: Erasures): Fault[] {
  if (entry.type !== 'event' && entry.type !== 'wire') return []
  if (entry.event.event !== 'message.updated') return []
  return checkMessage({ who: entry.device, message: entry.event.data.message, erasures })
}

/** It ends, and tells how many messages there were. */
function checkEnds({ store, readings }: Evidence, erasures: Erasures): Fault[] {
  return [...erasures].flatMap(([userId, { doneAt, messages }]) => {
    if (doneAt === undefined) return [fault('other', userId, `the erasure of ${userId} has no end`)]
    const all = store?.messages ?? readings.flatMap((reading) => [...reading.messages.values()].flat())
    const own = new Set(all.filter(({ senderId }) => senderId === userId).map(({ id }) => id))
    const what = `the erasure of ${userId} told of ${messages} messages, of which there are ${own.size}`
    return own.size === messages ? [] : [fault('other', userId, what)]
  })
}

/** Whoever is erased is let in no more, and does not stay. */
function checkSessions({ entries, slackMs }: Evidence, erasures: Erasures): Fault[] {
  const ends = new Map(
    entries.flatMap((entry) => (entry.type === 'closed' ? [[entry.connectionId, entry.at] as const] : [])),
  )
  const attempts = callsOf(entries, ['connect'])
  return entries.flatMap((entry) => {
    const doneAt = erasures.get(entry.userId)?.doneAt ?? Infinity
    if (entry.type !== 'opened' || doneAt === Infinity) return []
    // one that was let in before may hear of that after the back end has heard of the end of the erasure
    const attempt = attempts.findLast(({ device, at }) => device === entry.device && at <= entry.at)
    const staysMs = (ends.get(entry.connectionId) ?? Infinity) - doneAt
    const isOut = (attempt?.at ?? entry.at) < doneAt && staysMs <= ENDED_MS + slackMs
    return isOut ? [] : [leaked(entry.userId, `${entry.device} was connected, whose user was erased`)]
  })
}

/** The id is refused everywhere, and so is what is sent under it. */
function checkReturns({ entries }: Evidence, erasures: Erasures): Fault[] {
  return callsOf(entries, ['come-back', 'message.send']).flatMap(({ ask, userId, at, outcome }) => {
    const isOver = at > (erasures.get(userId)?.doneAt ?? Infinity)
    if (!isOver || outcome !== 'ok') return []
    const what = ask.method === 'come-back' ? ask.what : `message ${ask.id}`
    return [leaked(userId, `${what} of ${userId}, who was erased, was taken`)]
  })
}

function fault(tally: 'lost' | 'leaked' | 'other', subject: string, what: string): Fault {
  return { invariant: 'I19', tally, subject, what }
}

function leaked(userId: string, what: string): Fault {
  return { invariant: 'I7', tally: 'leaked', subject: `${userId} ${what}`, what }
}
