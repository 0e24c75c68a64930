// Presences: on which processes users are online, and when they were last seen, also by one that did not live to say so.
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { Presence } from '#rufer/shared/model/presence.ts'
import type { PresenceMark } from '../port.ts'
import { byId } from './batch.ts'
import type { Collections, PresenceDocument } from './models.ts'
import { putIntoOutbox } from './outbox.ts'
import type { Session, Transact } from './transactions.ts'

/** What one process does with presences. */
export interface Process {
  collections: Collections
  transact: Transact
  processId: string
}

/** Those who come or leave on several processes at once write the same document, and so do it one after the other. */
export async function putPresences(process: Process, marks: PresenceMark[]): Promise<void> {
  if (marks.length > 0) await process.transact((session) => mark(process, marks, session))
}

/** Keeps that this process is alive, and settles what those left behind that are not; tells whether it is a new one. */
export async function renewLease(process: Process, at: Instant): Promise<{ isNew: boolean }> {
  const { collections, processId } = process
  const { leases } = collections
  const renewal = [{ $set: { renewedAt: '$$NOW', at: { $literal: at } } }]
  const { upsertedCount } = await leases.updateOne({ _id: processId }, renewal, { upsert: true })
  const stale = await leases
    .find({ $expr: { $lt: ['$renewedAt', { $subtract: ['$$NOW', LEASE_MS] }] } }, { projection: { _id: 1 } })
    .toArray()
  await Promise.all(stale.map(({ _id: id }) => endPresences({ ...process, processId: id })))
  return { isNew: upsertedCount > 0 }
}

/**
 * Ends a process for all others: whom it left online was last seen at its last sign of life, or when they came if that
 * was later.
 */
export async function endPresences(process: Process): Promise<void> {
  const { collections, processId } = process
  const lease = await collections.leases.findOne({ _id: processId })
  await endSome(process, lease?.at ?? BEFORE_ALL)
  await collections.leases.deleteOne({ _id: processId })
}

// --- helpers ---

/** A process that has not renewed its lease for this long is taken for dead. */
const LEASE_MS = 30_000
/** Sorts before every instant. */
const BEFORE_ALL: Instant = ''
/** Bounds how long one transaction takes. */
const ENDED_AT_ONCE = 1_000

async function endSome(process: Process, aliveAt: Instant): Promise<void> {
  const { collections, transact, processId } = process
  const ended = await transact(async (session) => {
    const found = await collections.presences
      .find({ 'places.processId': processId }, { session })
      .limit(ENDED_AT_ONCE)
      .toArray()
    const marks = found.map(({ _id: userId, places }) => {
      const since = places.find((place) => place.processId === processId)?.since ?? aliveAt
      return { userId, isOnline: false, at: later(since, aliveAt) }
    })
    if (marks.length > 0) await mark(process, marks, session)
    return found.length
  })
  if (ended === ENDED_AT_ONCE) await endSome(process, aliveAt)
}

/** Moves users to or from this process, and tells of those who thereby came online or went offline. */
async function mark({ collections, processId }: Process, marks: PresenceMark[], session: Session) {
  const { users, presences, ephemeral } = collections
  const last = new Map(marks.map((one) => [one.userId, one]))
  const wanted = { _id: { $in: [...last.keys()] } }
  const seen = marks.filter(({ isOnline }) => !isOnline)
  if (seen.length > 0) await users.bulkWrite(seen.map(toSeen), { session })
  const registered = await users.find(wanted, { session, projection: { lastSeenAt: 1 } }).toArray()
  const before = byId(await presences.find(wanted, { session }).toArray())

  const moves = registered.flatMap(({ _id: userId, lastSeenAt }) => {
    const one = last.get(userId)
    return one ? toMove(one, { before: before.get(userId)?.places ?? [], processId, lastSeenAt }) : []
  })
  if (moves.length > 0)
    await presences.bulkWrite(
      moves.map(({ write }) => write),
      { session },
    )
  const storedAt = new Date()
  const told = moves.flatMap(({ at, told: presence }) =>
    presence ? { storedAt, sign: { kind: 'presence.changed', presence, processId, at } as const } : [],
  )
  if (told.length === 0) return
  await ephemeral.insertMany(told, { session })
  await putIntoOutbox(collections, session, told.map(toTold))
}

function toTold({ sign: { presence, at } }: { sign: { presence: Presence; at: Instant } }) {
  const { userId } = presence
  const told = { kind: 'presence.changed', at, presence } as const
  return { topic: `presence:${userId}`, order: Date.parse(at), told }
}

interface State {
  before: PresenceDocument['places']
  processId: string
  lastSeenAt: Instant | null
}

function toMove({ userId, isOnline, at }: PresenceMark, { before, processId, lastSeenAt }: State) {
  const others = before.filter((place) => place.processId !== processId)
  const places = isOnline ? [...others, { processId, since: at }] : others
  const isOnlineNow = places.length > 0
  const filter = { _id: userId }
  const presence: Presence = {
    userId,
    status: isOnlineNow ? 'online' : 'offline',
    lastSeenAt: isOnlineNow ? null : lastSeenAt,
  }
  return {
    at,
    write: isOnlineNow
      ? { replaceOne: { filter, replacement: { places }, upsert: true } }
      : { deleteOne: { filter } },
    told: before.length > 0 === isOnlineNow ? undefined : presence,
  }
}

/** Never earlier than is known already; null is less than any instant. */
function toSeen({ userId, at }: PresenceMark) {
  return { updateOne: { filter: { _id: userId }, update: { $max: { lastSeenAt: at } } } }
}

function later(one: Instant, other: Instant) {
  return one > other ? one : other
}
