// Level: how long it took until nobody noticed any more that something had gone wrong.
import { callsOf, groupBy } from '#rufer/tests/faults/checker/calls.ts'
import { erasuresOf, type Erasures } from '#rufer/tests/faults/checker/erased.ts'
import type { Evidence } from '#rufer/tests/faults/evidence.ts'
import type { Entry } from '#rufer/tests/faults/history.ts'

/**
 * When, in ms after an instant of the run, every client was live, not to be sent away again, and all that was sent before
 * was acknowledged and had come to every client of every member; undefined while that is not so.
 */
export function levelAfter(
  entries: readonly Entry[],
  members: Evidence['members'],
  since: number,
): number | undefined {
  const erasures = erasuresOf(entries)
  const devices = followers(entries, erasures)
  const seenBy = arrivals(entries)
  const sends = callsOf(entries, ['message.send']).filter(
    // what nobody sends again, as they have given up or were erased, may never come
    ({ at, outcome, endedAt, userId }) =>
      at < since &&
      (outcome === 'ok' || (outcome === 'unknown' && endedAt === undefined && !erasures.has(userId))),
  )
  const settled = sends.flatMap(({ ask, endedAt }) => {
    const users = members.get(ask.conversationId) ?? []
    const expected = [...devices].filter(([, userId]) => users.includes(userId))
    return expected.map(([device]) => seenBy.get(`${device} ${ask.id}`)).concat(endedAt)
  })
  const passages = groupBy(entries.filter(isPassage), ({ device }) => device)
  const all = [
    ...settled,
    ...[...devices.keys()].map((device) => liveAfter(passages.get(device) ?? [], since)),
  ]
  if (all.some((at) => at === undefined)) return undefined
  return highest(all.map((at) => (at ?? 0) - since))
}

/** How long, in ms, it took at most until a message was acknowledged. */
export function slowestAnswer(entries: readonly Entry[]): number {
  return highest(callsOf(entries, ['message.send']).map(({ at, endedAt = at }) => endedAt - at))
}

// --- Internal helpers ---

/** Of more numbers than can be arguments. */
function highest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), 0)
}

/** The devices that follow conversations, with their users; but for those of who was erased. */
function followers(entries: readonly Entry[], erasures: Erasures): Map<string, string> {
  return new Map(
    entries.flatMap((entry) =>
      entry.type === 'loaded' && !erasures.has(entry.userId) ? [[entry.device, entry.userId] as const] : [],
    ),
  )
}

/** When each message came to each device. */
function arrivals(entries: readonly Entry[]): Map<string, number> {
  return new Map(
    entries.flatMap((entry) => {
      if (entry.type !== 'event' || entry.event.event !== 'message.created') return []
      return [[`${entry.device} ${entry.event.data.message.id}`, entry.at] as const]
    }),
  )
}

/** When a device was live, at that instant or for the first time after, and after the last time it was sent away. */
function liveAfter(own: readonly Passage[], since: number): number | undefined {
  const sentAway = own.findLast((entry) => entry.at > since && isEnd(entry))
  const from = sentAway?.at ?? since
  const statuses = own.flatMap((entry) => (entry.type === 'status' ? [entry] : []))
  const isLive = !sentAway && statuses.findLast(({ at }) => at <= since)?.state === 'live'
  return isLive ? since : statuses.find(({ at, state }) => at >= from && state === 'live')?.at
}

/** How a client comes and goes. */
type Passage = Extract<Entry, { type: 'status' | 'closed' }>

function isPassage(entry: Entry): entry is Passage {
  return entry.type === 'status' || entry.type === 'closed'
}

/** What the client itself does is no trouble. */
function isEnd(passage: Passage) {
  return passage.type === 'closed' && passage.code !== 1000
}
