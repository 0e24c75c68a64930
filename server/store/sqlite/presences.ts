// Presences: when users were last seen, also by a process that did not live to say so.
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { Database } from './database.ts'

export function putPresence(
  database: Database,
  { userId, isOnline, at }: { userId: string; isOnline: boolean; at: Instant },
): void {
  const columns = isOnline ? 'online_at = :at' : 'online_at = NULL, last_seen_at = :at'
  database.run(`UPDATE users SET ${columns} WHERE user_id = :userId`, { userId, at })
}

export function renewLease(database: Database, at: Instant): void {
  database.run(
    'INSERT INTO lease (id, renewed_at) VALUES (1, :at) ON CONFLICT DO UPDATE SET renewed_at = excluded.renewed_at',
    { at },
  )
}

/** Whom the last process left online was last seen at its last sign of life, or when they came if that was later. */
export function endPresences(database: Database): void {
  database.run(
    `UPDATE users SET online_at = NULL, last_seen_at =
       max(online_at, coalesce(last_seen_at, ''), coalesce((SELECT renewed_at FROM lease), ''))
     WHERE online_at IS NOT NULL`,
  )
}
