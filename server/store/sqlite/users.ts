// Users: registering them, and reading who is registered.
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { User } from '#rufer/shared/model/user.ts'
import type { PutUserOutcome, StoredUser } from '../port.ts'
import { announce, getPeers } from './conversations.ts'
import type { Database } from './database.ts'
import { GIVEN } from './sql.ts'
import { USER_COLUMNS, toUser } from './user-rows.ts'
import type { Writer } from './writer.ts'

/** How many conversations one operation tells of a changed profile. */
const TOLD_AT_ONCE = 100

/**
 * Writes a user, and then, in operations of their own, what its conversations are to tell of it: other writes get their
 * turn in between. A crash loses only such changes, and clients list their conversations after every reconnect.
 */
export async function putUser(
  { database, write }: { database: Database; write: Writer['write'] },
  user: User,
  at: Instant,
): Promise<PutUserOutcome> {
  const { outcome, toTell } = await write(() => store(database, user))
  for (let from = 0; from < toTell.length; from += TOLD_AT_ONCE) {
    const conversationIds = toTell.slice(from, from + TOLD_AT_ONCE)
    await write(() => announce(database, conversationIds, at))
  }
  return { outcome }
}

export function getUsers(database: Database, userIds: string[], peerOf?: string): StoredUser[] {
  const ids = peerOf === undefined ? userIds : getPeers(database, peerOf, userIds)
  return database
    .all(
      `SELECT ${USER_COLUMNS}, online_at AS onlineAt, last_seen_at AS lastSeenAt, erased_at AS erasedAt
       FROM users WHERE user_id IN ${GIVEN}`,
      { ids: JSON.stringify(ids) },
    )
    .map((row) =>
      Object.assign(toUser(row), {
        isErased: row.textOrNull('erasedAt') !== null,
        isOnline: row.textOrNull('onlineAt') !== null,
        lastSeenAt: row.textOrNull('lastSeenAt'),
      }),
    )
}

// --- helpers ---

/** Writes the user; tells which conversations have a member with another profile now. */
function store(database: Database, user: User): PutUserOutcome & { toTell: string[] } {
  const { userId, displayName, avatarUrl } = user
  const [before] = getUsers(database, [userId])
  if (before?.isErased) return { outcome: 'user-erased', toTell: [] }
  if (before?.displayName === displayName && before.avatarUrl === avatarUrl)
    return { outcome: 'updated', toTell: [] }
  database.run(
    `INSERT INTO users (user_id, display_name, avatar_url) VALUES (:userId, :displayName, :avatarUrl)
     ON CONFLICT DO UPDATE SET display_name = excluded.display_name, avatar_url = excluded.avatar_url`,
    { userId, displayName, avatarUrl: avatarUrl ?? null },
  )
  const rows = database.all('SELECT conversation_id AS id FROM members WHERE user_id = :userId', { userId })
  return { outcome: before ? 'updated' : 'created', toTell: rows.map((row) => row.text('id')) }
}
