// Secrets: tokens, sign-in links and browser sessions, kept as hashes.
import type { Instant } from '#rufer/shared/model/instant.ts'
import { takeToken } from '#rufer/shared/protocol/token-bucket.ts'
import type { Secret, SecretAllowance, SecretKey, SecretOutcome } from '../port.ts'
import type { Collections, SecretDocument } from './models.ts'
import type { Session, Transact } from './transactions.ts'

interface Put {
  secret: Secret
  at: Instant
  allowance?: SecretAllowance | undefined
}

/** The documents of the user's allowance and of the parent are written with it, so that those who race conflict. */
export function putSecret(
  collections: Collections,
  transact: Transact,
  { secret, at, allowance }: Put,
): Promise<SecretOutcome> {
  return transact(async (session): Promise<SecretOutcome> => {
    const { hash, kind, userId, expiresAt, parentHash } = secret
    const user = await collections.users.findOne(
      { _id: userId, erasedAt: { $exists: false } },
      { session, projection: { _id: 1 } },
    )
    if (!user) return { outcome: 'user-not-found' }
    if (parentHash !== null && !(await adopt(collections, session, { hash: parentHash, at }))) {
      return { outcome: 'parent-not-found' }
    }
    const { order, waitMs } = await spend(collections, session, { userId, kind, at, allowance })
    if (waitMs > 0) return { outcome: 'rate-limited', retryAfterMs: waitMs }
    await collections.secrets.insertOne(
      { _id: hash, kind, userId, expiresAt, parentHash, order, children: 0 },
      { session },
    )
    const kept = allowance?.unused ?? 0
    if (kept > 0) await voidOldest(collections, session, { userId, kind, at, kept })
    return { outcome: 'stored' }
  })
}

export async function peekSecret(
  { secrets }: Collections,
  key: SecretKey,
  at: Instant,
): Promise<Secret | undefined> {
  const found = await secrets.findOne(ofKey(key, at))
  return found ? toSecret(found) : undefined
}

/** Whoever deletes it has it: an expired one is never found, and a reply that was lost is asked for again. */
export async function takeSecret(
  { secrets }: Collections,
  key: SecretKey,
  at: Instant,
): Promise<Secret | undefined> {
  const taken = await secrets.findOneAndDelete(ofKey(key, at))
  return taken ? toSecret(taken) : undefined
}

export async function voidSecrets(
  { secrets }: Collections,
  transact: Transact,
  which: { userId: string } | { hash: string },
): Promise<number> {
  if ('userId' in which) return (await secrets.deleteMany({ userId: which.userId })).deletedCount
  const { hash } = which
  return transact(async (session) => {
    const { deletedCount } = await secrets.deleteMany(
      { $or: [{ _id: hash }, { parentHash: hash }] },
      { session },
    )
    return deletedCount
  })
}

/** Forgets what expired by now. */
export async function pruneSecrets({ secrets }: Collections, now: Instant): Promise<void> {
  await secrets.deleteMany({ expiresAt: { $lte: now } })
}

// --- helpers ---

function ofKey({ hash, kind }: SecretKey, at: Instant) {
  return { _id: hash, kind, expiresAt: { $gt: at } }
}

/** Counts a child of a browser session; false where that has ended. */
async function adopt(
  { secrets }: Collections,
  session: Session,
  { hash, at }: { hash: string; at: Instant },
) {
  const parent = ofKey({ hash, kind: 'browser' }, at)
  const { matchedCount } = await secrets.updateOne(parent, { $inc: { children: 1 } }, { session })
  return matchedCount > 0
}

/** Takes one of what a user may ask for; tells its place among all of them, or how many milliseconds to wait. */
async function spend(
  { allowances }: Collections,
  session: Session,
  { userId, kind, at, allowance }: Pick<Put, 'allowance'> & { userId: string; kind: string; at: Instant },
) {
  const own = { _id: `${kind} ${userId}` }
  const before = await allowances.findOne(own, { session })
  const order = (before?.issued ?? 0) + 1
  const isLimited = allowance !== undefined && allowance.rate.perSecond > 0
  const taken = isLimited ? takeToken(before?.bucket, allowance.rate, Date.parse(at)) : undefined
  const waitMs = taken?.waitMs ?? 0
  if (waitMs === 0) {
    const after = { issued: order, ...(taken && { bucket: taken.bucket }) }
    await allowances.updateOne(own, { $set: after }, { session, upsert: true })
  }
  return { order, waitMs }
}

async function voidOldest(
  { secrets }: Collections,
  session: Session,
  { userId, kind, at, kept }: { userId: string; kind: Secret['kind']; at: Instant; kept: number },
) {
  const oldest = await secrets
    .find({ userId, kind, expiresAt: { $gt: at } }, { session, projection: { _id: 1 } })
    .sort({ order: -1 })
    .skip(kept)
    .toArray()
  if (oldest.length > 0) await secrets.deleteMany({ _id: { $in: oldest.map(({ _id }) => _id) } }, { session })
}

function toSecret({ _id, kind, userId, expiresAt, parentHash }: SecretDocument): Secret {
  return { hash: _id, kind, userId, expiresAt, parentHash }
}
