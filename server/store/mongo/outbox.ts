// The outbox of the MongoDB store: written in the transaction of whatever it tells of, sent by the one process with the lease.
import mongoose from 'mongoose'
import { MOST_COUNTED, OUTBOX_LEASE_MS, type DeadLetter, type Outbox, type Told } from '../outbox.ts'
import { isDuplicateKey } from './failure.ts'
import type { Collections, OutboxDocument } from './models.ts'
import type { Session } from './transactions.ts'

const { ObjectId } = mongoose.mongo

export function createOutbox(
  { outbox, outboxLease }: Collections,
  { processId, run }: { processId: string; run: <Result>(work: () => Promise<Result>) => Promise<Result> },
): Outbox {
  const update = (id: string, change: object) =>
    run(async () => void (await outbox.updateOne({ _id: id }, [{ $set: change }])))
  return {
    takeLease: () => run(() => takeLease(outboxLease, processId)),
    endLease: () => run(async () => void (await outboxLease.deleteOne({ _id: 'sender', processId }))),
    listTopics: ({ after, limit }) => run(() => listTopics(outbox, { after, limit })),
    listEvents: (topic, limit) => run(() => listEvents(outbox, topic, limit)),
    remove: (id) => run(async () => void (await outbox.deleteOne({ _id: id }))),
    postpone: (id, { at, nextAt, reason }) => update(id, { ...failed(at, reason), nextAt }),
    bury: (id, { at, reason }) => update(id, { ...failed(at, reason), isDead: true, deadAt: at }),
    listDeadLetters: ({ after, limit }) => run(() => listDeadLetters(outbox, { after, limit })),
    replay: (ids) =>
      run(async () => {
        const fresh = { isDead: false, deadAt: null, attempts: 0, failedSince: null, nextAt: null }
        return (await outbox.updateMany(deadOnes(ids), { $set: fresh })).modifiedCount
      }),
    drop: (ids) => run(async () => (await outbox.deleteMany(deadOnes(ids))).deletedCount),
    count: () => run(() => count(outbox)),
  }
}

/** Puts into the outbox what webhooks tell of, where they are sent. */
export async function putIntoOutbox(
  { outbox, hasWebhooks }: Collections,
  session: Session,
  told: { topic: string; order: number; told: Told }[],
): Promise<void> {
  if (!hasWebhooks || told.length === 0) return
  const documents = told.map((one) => ({
    _id: new ObjectId().toHexString(),
    ...one,
    attempts: 0,
    failedSince: null,
    nextAt: null,
    isDead: false,
    deadAt: null,
    reason: null,
  }))
  await outbox.insertMany(documents, { session })
}

// --- helpers ---

interface Page {
  after: string | undefined
  limit: number
}

/** Takes it from itself or from one that is silent; else where there was none, of several that try at once one. */
async function takeLease(lease: Collections['outboxLease'], processId: string) {
  const isFree = {
    $or: [{ processId }, { $expr: { $lt: ['$renewedAt', { $subtract: ['$$NOW', OUTBOX_LEASE_MS] }] } }],
  }
  const mine = { processId: { $literal: processId }, renewedAt: '$$NOW' }
  const { matchedCount } = await lease.updateOne({ _id: 'sender', ...isFree }, [{ $set: mine }])
  if (matchedCount > 0) return true
  try {
    const first = {
      processId: { $ifNull: ['$processId', processId] },
      renewedAt: { $ifNull: ['$renewedAt', '$$NOW'] },
    }
    const { upsertedCount } = await lease.updateOne({ _id: 'sender' }, [{ $set: first }], { upsert: true })
    return upsertedCount > 0
  } catch (error) {
    if (isDuplicateKey(error)) return false
    throw error
  }
}

async function listTopics(outbox: Collections['outbox'], { after, limit }: Page) {
  const found = await outbox
    .find({ isDead: false, ...behind(after) }, { projection: { topic: 1 } })
    .sort({ _id: 1 })
    .limit(limit)
    .toArray()
  return { topics: found.map(({ topic }) => topic), after: placeBehind(found, limit) }
}

/** What is seen of a topic is seen with all that happened before it, whichever process wrote that. */
async function listEvents(outbox: Collections['outbox'], topic: string, limit: number) {
  const found = await outbox.find({ topic, isDead: false }).sort({ order: 1, _id: 1 }).limit(limit).toArray()
  return found.map(({ _id, told, attempts, failedSince, nextAt }) => ({
    id: _id,
    told,
    attempts,
    failedSince,
    nextAt,
  }))
}

async function listDeadLetters(outbox: Collections['outbox'], { after, limit }: Page) {
  const found = await outbox
    .find({ isDead: true, ...behind(after) })
    .sort({ _id: 1 })
    .limit(limit)
    .toArray()
  return { letters: found.map(toDeadLetter), after: placeBehind(found, limit) }
}

function toDeadLetter({ _id, told, attempts, ...rest }: OutboxDocument): DeadLetter {
  const { failedSince, deadAt, reason } = rest
  const id = _id
  return {
    id,
    told,
    attempts,
    failedSince: failedSince ?? told.at,
    deadAt: deadAt ?? told.at,
    reason: reason ?? '',
  }
}

async function count(outbox: Collections['outbox']) {
  const options = { limit: MOST_COUNTED }
  const [waiting, dead, [oldest]] = await Promise.all([
    outbox.countDocuments({ isDead: false }, options),
    outbox.countDocuments({ isDead: true }, options),
    outbox.find({ isDead: false }).sort({ _id: 1 }).limit(1).toArray(),
  ])
  return { waiting, dead, oldestAt: oldest?.told.at ?? null }
}

function failed(at: string, reason: string) {
  return {
    attempts: { $add: ['$attempts', 1] },
    failedSince: { $ifNull: ['$failedSince', at] },
    reason: { $literal: reason },
  }
}

function behind(after: string | undefined) {
  return after === undefined ? {} : { _id: { $gt: after } }
}

function placeBehind(found: { _id: string }[], limit: number) {
  const last = found.at(-1)
  return last && found.length === limit ? last['_id'] : null
}

function deadOnes(ids: string[]) {
  return { _id: { $in: ids }, isDead: true }
}
