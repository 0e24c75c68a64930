// Users: their profiles, and when they were last seen.
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { User } from '#rufer/shared/model/user.ts'
import type { StoredUser } from '../port.ts'
import type { ChangeFeed } from './changes.ts'
import type { Conversations } from './conversations.ts'
import type { Database } from './database.ts'
import { GIVEN } from './sql.ts'
import { USER_COLUMNS, toUser } from './user-rows.ts'

export interface Users {
  put(user: User, at: Instant): { created: boolean }
  get(userIds: string[]): StoredUser[]
  putPresence(presence: { userId: string; isOnline: boolean; at: Instant }): void
  renewLease(at: Instant): void
}

interface Parts {
  database: Database
  changes: ChangeFeed
  conversations: Conversations
}

export function createUsers({ database, changes, conversations }: Parts): Users {
  function put(user: User, at: Instant) {
    const [before] = get([user.userId])
    const avatarUrl = user.avatarUrl ?? null
    if (before?.displayName === user.displayName && (before.avatarUrl ?? null) === avatarUrl) {
      return { created: false }
    }
    database.run(
      `INSERT INTO users (user_id, display_name, avatar_url) VALUES (:userId, :displayName, :avatarUrl)
       ON CONFLICT DO UPDATE SET display_name = excluded.display_name, avatar_url = excluded.avatar_url`,
      { userId: user.userId, displayName: user.displayName, avatarUrl },
    )
    if (before) announce(user.userId, at)
    return { created: !before }
  }

  /** A member's profile is part of each of their conversations. */
  function announce(userId: string, at: Instant) {
    const rows = database.all('SELECT conversation_id AS id FROM members WHERE user_id = :userId', { userId })
    for (const conversation of conversations.get(rows.map((row) => row.text('id')))) {
      changes.append({
        kind: 'conversation.updated',
        conversationId: conversation.id,
        recipients: conversation.members.map((member) => member.userId),
        at,
        conversation,
      })
    }
  }

  function get(userIds: string[]): StoredUser[] {
    return database
      .all(`SELECT ${USER_COLUMNS}, last_seen_at AS lastSeenAt FROM users WHERE user_id IN ${GIVEN}`, {
        ids: JSON.stringify(userIds),
      })
      .map((row) => ({ ...toUser(row), lastSeenAt: row.textOrNull('lastSeenAt') }))
  }

  return {
    put,
    get,
    putPresence({ userId, isOnline, at }) {
      const column = isOnline ? 'online_at = :at' : 'online_at = NULL, last_seen_at = :at'
      database.run(`UPDATE users SET ${column} WHERE user_id = :userId`, { userId, at })
    },
    renewLease(at) {
      database.run(
        `INSERT INTO lease (id, renewed_at) VALUES (1, :at)
         ON CONFLICT DO UPDATE SET renewed_at = excluded.renewed_at`,
        { at },
      )
    },
  }
}

/** Whom the last process left online was last seen at its last sign of life, or when they came if that was later. */
export function endPresences(database: Database): void {
  database.run(
    `UPDATE users SET online_at = NULL, last_seen_at =
       max(online_at, coalesce(last_seen_at, ''), coalesce((SELECT renewed_at FROM lease), ''))
     WHERE online_at IS NOT NULL`,
  )
}
