// Presences: when users were last seen, also by a process that did not live to say so.
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { Presence } from '#rufer/shared/model/presence.ts'
import type { LeaseRenewal, PresenceMark } from '../port.ts'
import type { Database } from './database.ts'

/** Gives back who thereby came online or went offline. */
export function putPresences(
  database: Database,
  marks: PresenceMark[],
): { at: Instant; presence: Presence }[] {
  const wereOnline = new Map(marks.map(({ userId }) => [userId, isOnline(database, userId)]))
  for (const { userId, at, ...mark } of marks) {
    const columns = mark.isOnline ? 'online_at = :at' : 'online_at = NULL, last_seen_at = :at'
    database.run(`UPDATE users SET ${columns} WHERE user_id = :userId`, { userId, at })
  }
  const last = new Map(marks.map((mark) => [mark.userId, mark]))
  return [...last.values()].flatMap(({ userId, isOnline: isOnlineNow, at }) => {
    const before = wereOnline.get(userId)
    if (before === undefined || before === isOnlineNow) return []
    const status = isOnlineNow ? 'online' : 'offline'
    return { at, presence: { userId, status, lastSeenAt: isOnlineNow ? null : at } }
  })
}

export function renewLease(database: Database, at: Instant): LeaseRenewal {
  database.run(
    'INSERT INTO lease (id, renewed_at) VALUES (1, :at) ON CONFLICT DO UPDATE SET renewed_at = excluded.renewed_at',
    { at },
  )
  return { isRevived: false }
}

/** Whom the last process left online was last seen at its last sign of life, or when they came if that was later. */
export function endPresences(database: Database): void {
  database.run(
    `UPDATE users SET online_at = NULL, last_seen_at =
       max(online_at, coalesce(last_seen_at, ''), coalesce((SELECT renewed_at FROM lease), ''))
     WHERE online_at IS NOT NULL`,
  )
}

// --- helpers ---

/** Undefined where there is no such user. */
function isOnline(database: Database, userId: string) {
  const row = database.get('SELECT online_at AS onlineAt FROM users WHERE user_id = :userId', { userId })
  return row && row.textOrNull('onlineAt') !== null
}
