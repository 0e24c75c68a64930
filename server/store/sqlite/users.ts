// Users: registering them, and reading who is registered.
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { User } from '#rufer/shared/model/user.ts'
import type { StoredUser } from '../port.ts'
import { appendChange } from './changes.ts'
import { getConversations } from './conversations.ts'
import type { Database } from './database.ts'
import { GIVEN } from './sql.ts'
import { USER_COLUMNS, toUser } from './user-rows.ts'

export function putUser(database: Database, user: User, at: Instant): { created: boolean } {
  const [before] = getUsers(database, [user.userId])
  if (before?.displayName === user.displayName && before.avatarUrl === user.avatarUrl)
    return { created: false }
  database.run(
    `INSERT INTO users (user_id, display_name, avatar_url) VALUES (:userId, :displayName, :avatarUrl)
     ON CONFLICT DO UPDATE SET display_name = excluded.display_name, avatar_url = excluded.avatar_url`,
    { userId: user.userId, displayName: user.displayName, avatarUrl: user.avatarUrl ?? null },
  )
  if (before) announce(database, user.userId, at)
  return { created: !before }
}

export function getUsers(database: Database, userIds: string[]): StoredUser[] {
  return database
    .all(`SELECT ${USER_COLUMNS}, last_seen_at AS lastSeenAt FROM users WHERE user_id IN ${GIVEN}`, {
      ids: JSON.stringify(userIds),
    })
    .map((row) => Object.assign(toUser(row), { lastSeenAt: row.textOrNull('lastSeenAt') }))
}

/** A member's profile is part of each of their conversations. */
function announce(database: Database, userId: string, at: Instant) {
  const rows = database.all('SELECT conversation_id AS id FROM members WHERE user_id = :userId', { userId })
  const ids = rows.map((row) => row.text('id'))
  for (const conversation of getConversations(database, ids)) {
    const recipients = conversation.members.map((member) => member.userId)
    const conversationId = conversation.id
    appendChange(database, { kind: 'conversation.updated', conversationId, recipients, at, conversation })
  }
}
