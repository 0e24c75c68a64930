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

/** Whether a user is online. */
interface Truth {
  isOnline: boolean
  since: number
  /** when all others must know it */
  knownAt: number
}

interface Connections {
  open: Set<string>
  /** until when one that vanished may be taken for one that is there */
  ghostUntil: number
}

interface Seen {
  who: string
  at: number
  presences: readonly Presence[]
}

function toTruths(entries: readonly Entry[]): Map<string, Truth> {
  const connections = new Map<string, Connections>()
  const truths = new Map<string, Truth>()
  for (const entry of entries) {
    if (entry.type === 'process' && entry.what === 'killed') untell(truths, entry.at)
    if (entry.type === 'opened' || entry.type === 'closed') follow(entry, connections, truths)
  }
  return truths
}

type Passage = Extract<Entry, { type: 'opened' | 'closed' }>

/** A connection comes or goes. */
function follow(entry: Passage, connections: Map<string, Connections>, truths: Map<string, Truth>) {
  const { userId, at: since } = entry
  const own = connections.get(userId) ?? { open: new Set(), ghostUntil: 0 }
  connections.set(userId, own)
  const wasOnline = own.open.size > 0
  if (entry.type === 'opened') own.open.add(entry.connectionId)
  else own.open.delete(entry.connectionId)
  if (entry.type === 'closed' && entry.code === LOST) own.ghostUntil = since + VANISHED_MS
  const isOnline = own.open.size > 0
  if (isOnline && wasOnline) return
  truths.set(userId, { isOnline, since, knownAt: Math.max(since + CLEAN_MS, isOnline ? 0 : own.ghostUntil) })
}

/** A process that is killed may not have told yet of those who left it just before. */
function untell(truths: Map<string, Truth>, killedAt: number) {
  for (const truth of truths.values())
    if (!truth.isOnline && killedAt - truth.since < CLEAN_MS) truth.knownAt = killedAt + VANISHED_MS
}

function checkPresences({ who, at, presences }: Seen, truths: Map<string, Truth>, slackMs: number): Fault[] {
  return presences.flatMap(({ userId, status }): Fault[] => {
    const truth = truths.get(userId)
    if (!truth || at < truth.knownAt + slackMs) return []
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
