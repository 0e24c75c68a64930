// Presence: what clients and the API say in the end is what is true (I11).
import type { Presence } from '#rufer/shared/model/presence.ts'
import type { Evidence } from '#rufer/tests/faults/evidence.ts'
import type { Entry } from '#rufer/tests/faults/history.ts'
import { groupBy } from './calls.ts'
import type { Fault } from './fault.ts'

export function checkPresence(evidence: Evidence): Fault[] {
  const { entries, readings, slackMs } = evidence
  const truths = toTruths(entries)
  return [
    ...readings.flatMap(({ userId, at, presences }) =>
      checkPresences({ who: `the reading of ${userId}`, at, presences }, truths, slackMs),
    ),
    ...[...groupBy(entries, ({ device }) => device)].flatMap((client) =>
      checkPresences(lastSeen(client), truths, slackMs),
    ),
  ]
}

// --- Internal helpers ---

/** A user's presence must be right everywhere this long after a clean change. */
const CLEAN_MS = 2_000
/** The same after a client or a process that vanished. */
const VANISHED_MS = 45_000
/** The code of a connection that ended without one. */
const LOST = 1006

/** Since when a user is online or not. */
interface Truth {
  isOnline: boolean
  since: number
  /** how long others may take to learn of it */
  withinMs: number
}

interface Seen {
  who: string
  at: number
  presences: readonly Presence[]
}

function toTruths(entries: readonly Entry[]): Map<string, Truth> {
  const open = new Map<string, Set<string>>()
  const truths = new Map<string, Truth>()
  for (const entry of entries) {
    if (entry.type !== 'opened' && entry.type !== 'closed') continue
    const { userId, at: since } = entry
    const own = open.get(userId) ?? new Set()
    open.set(userId, own)
    const wasOnline = own.size > 0
    if (entry.type === 'opened') own.add(entry.connectionId)
    else own.delete(entry.connectionId)
    const isOnline = own.size > 0
    const isVanished = entry.type === 'closed' && entry.code === LOST
    if (isOnline !== wasOnline || !isOnline)
      truths.set(userId, { isOnline, since, withinMs: isVanished ? VANISHED_MS : CLEAN_MS })
  }
  return truths
}

function checkPresences({ who, at, presences }: Seen, truths: Map<string, Truth>, slackMs: number): Fault[] {
  return presences.flatMap(({ userId, status }): Fault[] => {
    const truth = truths.get(userId)
    if (!truth || at - truth.since < truth.withinMs + slackMs) return []
    const right = truth.isOnline ? 'online' : 'offline'
    const what = `${who} has ${userId} ${status}, who is ${right}`
    return status === right ? [] : [{ invariant: 'I11', tally: 'other', subject: `${who} ${userId}`, what }]
  })
}

/** What a client that is still there knows of others when the run ends. */
function lastSeen([device, entries]: [string, Entry[]]): Seen {
  const presences = new Map<string, Presence>()
  let isLive = false
  for (const entry of entries) {
    if (entry.type === 'status') isLive = entry.state === 'live'
    if (entry.type === 'event' && entry.event.event === 'presence.changed') {
      const { presence } = entry.event.data
      presences.set(presence.userId, presence)
    }
  }
  return { who: device, at: entries.at(-1)?.at ?? 0, presences: isLive ? [...presences.values()] : [] }
}
