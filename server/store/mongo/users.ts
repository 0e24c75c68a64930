// Users: registering them, and reading who is registered.
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { User } from '#rufer/shared/model/user.ts'
import type { PutUserOutcome, StoredUser } from '../port.ts'
import { announceConversation, getPeers } from './conversations.ts'
import { isDuplicateKey } from './failure.ts'
import type { Writer } from './writer.ts'
import type { Collections, UserDocument } from './models.ts'
import { toUser } from './records.ts'

/** Stores a profile; one that changed is told in each of the user's conversations, some at a time. */
export async function putUser(
  collections: Collections,
  writer: Writer,
  { user, at }: { user: User; at: Instant },
): Promise<PutUserOutcome> {
  const { userId, displayName, avatarUrl } = user
  const before = await replace(collections, user)
  if (before === 'erased') return { outcome: 'user-erased' }
  const isChanged = before && (before.displayName !== displayName || before.avatarUrl !== avatarUrl)
  if (isChanged) await announce(collections, writer, { userId, at })
  return { outcome: before ? 'updated' : 'created' }
}

export async function getUsers(
  collections: Collections,
  userIds: string[],
  peerOf?: string,
): Promise<StoredUser[]> {
  const { users, presences } = collections
  const ids = peerOf === undefined ? userIds : await getPeers(collections, peerOf, userIds)
  const [found, present] = await Promise.all([
    users.find({ _id: { $in: ids } }).toArray(),
    presences.find({ _id: { $in: ids } }, { projection: { _id: 1 } }).toArray(),
  ])
  const online = new Set(present.map(({ _id: userId }) => userId))
  return found.map((document) => {
    const user = toUser(document)
    return Object.assign(user, {
      isErased: document.erasedAt !== undefined,
      isOnline: online.has(user.userId),
      lastSeenAt: document.lastSeenAt,
    })
  })
}

// --- helpers ---

/** Writes a profile; gives the one before, null where there was none. */
async function replace(collections: Collections, user: User): Promise<UserDocument | null | 'erased'> {
  const { users } = collections
  const { userId, displayName, avatarUrl } = user
  try {
    return await users.findOneAndUpdate(
      { _id: userId, erasedAt: { $exists: false } },
      {
        $set: { displayName, ...(avatarUrl !== undefined && { avatarUrl }) },
        ...(avatarUrl === undefined && { $unset: { avatarUrl: '' } }),
        $setOnInsert: { lastSeenAt: null, conversations: 0 },
      },
      { upsert: true, returnDocument: 'before' },
    )
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
    // of two who register a new one at once, one may be told this, too
    if (await users.findOne({ _id: userId, erasedAt: { $exists: true } })) return 'erased'
    return replace(collections, user)
  }
}

/** Bounds what waits for the writer at one change of profile. */
const TOLD_AT_ONCE = 100

async function announce(
  { conversations }: Collections,
  writer: Writer,
  { userId, at }: { userId: string; at: Instant },
) {
  const found = await conversations
    .find({ 'members.userId': userId }, { projection: { 'members.userId': 1 } })
    .toArray()
  const tellFrom = async (start: number): Promise<void> => {
    if (start >= found.length) return
    const some = found.slice(start, start + TOLD_AT_ONCE)
    await Promise.all(some.map((conversation) => writer.write(announceConversation(conversation, at))))
    await tellFrom(start + TOLD_AT_ONCE)
  }
  await tellFrom(0)
}
