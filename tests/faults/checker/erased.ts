// Erased users of a run, and the revs that their messages gave up when they were emptied.
import type { Message } from '#rufer/shared/model/message.ts'
import type { Evidence } from '#rufer/tests/faults/evidence.ts'
import type { Entry } from '#rufer/tests/faults/history.ts'
import { callsOf, groupBy } from './calls.ts'

interface Erasure {
  /** ms since the run began */
  begunAt: number
  /** undefined where it was never answered */
  doneAt: number | undefined
  /** how many messages were emptied, as it was answered */
  messages: number
}

/** By user. */
export type Erasures = ReadonlyMap<string, Erasure>

/** The revs below the last one that no message or receipt has any more. */
export interface Freed {
  known: ReadonlySet<number>
  /** how many more there are, of messages that nobody saw before they were emptied */
  unknown: number
}

export function erasuresOf(entries: readonly Entry[]): Erasures {
  const erasures = new Map<string, Erasure>()
  for (const entry of entries) {
    if (entry.type !== 'erasure') continue
    const { at, userId } = entry
    const { begunAt } = erasures.get(userId) ?? { begunAt: at }
    const isDone = entry.what === 'done'
    erasures.set(userId, { begunAt, doneAt: isDone ? at : undefined, messages: isDone ? entry.messages : 0 })
  }
  return erasures
}

/** By conversation: an emptied message has taken a new rev. */
export function freedRevs(evidence: Evidence): ReadonlyMap<string, Freed> {
  const emptied = groupBy(
    [...groupBy(allSightings(evidence), ({ id }) => id).values()].filter((seen) => seen.some(isDeleted)),
    ([first]) => first?.conversationId ?? '',
  )
  return new Map([...emptied].map(([conversationId, messages]) => [conversationId, toFreed(messages)]))
}

// --- Internal helpers ---

type Sighting = Pick<Message, 'id' | 'conversationId' | 'rev' | 'deletedAt'>

function isDeleted({ deletedAt }: Sighting) {
  return deletedAt !== undefined
}

function toFreed(messages: readonly Sighting[][]): Freed {
  const revs = messages.map((seen) => new Set(seen.map(({ rev }) => rev)))
  const earlier = revs.map((all) => [...all].toSorted((a, b) => a - b).slice(0, -1))
  return { known: new Set(earlier.flat()), unknown: earlier.filter(({ length }) => length === 0).length }
}

/** Every message as it was told, answered or read back. */
function allSightings({ entries, readings, store }: Evidence): Sighting[] {
  const told = entries.flatMap((entry) => {
    if (entry.type !== 'event' && entry.type !== 'wire') return []
    return 'message' in entry.event.data ? [entry.event.data.message] : []
  })
  const answered = callsOf(entries, ['message.send', 'message.list']).flatMap(({ answer }) =>
    (answer?.messages ?? []).concat(answer?.message ?? []),
  )
  const read = readings.flatMap(({ messages, revisions }) => [
    ...[...messages.values()].flat(),
    ...[...revisions.values()].flatMap((revision) => revision.messages),
  ])
  return [...told, ...answered, ...read, ...(store?.messages ?? [])]
}
