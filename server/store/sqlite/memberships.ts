// Memberships: which conversations a user is in, whatever was said in them.
import type { MembershipQuery } from '../duties.ts'
import { takePage } from '../page.ts'
import type { Database } from './database.ts'

export function listMemberships(
  database: Database,
  { userId, afterId = '', limit }: MembershipQuery,
): { ids: string[]; hasMore: boolean } {
  const rows = database.each(
    `SELECT conversation_id AS id FROM members WHERE user_id = :userId AND conversation_id > :afterId
     ORDER BY conversation_id LIMIT :rows`,
    { userId, afterId, rows: limit + 1 },
  )
  const { items, hasMore } = takePage(rows, { limit })
  return { ids: items.map((row) => row.text('id')), hasMore }
}

export function countMemberships(database: Database, userId: string): number {
  const row = database.get('SELECT count(*) AS count FROM members WHERE user_id = :userId', { userId })
  return row?.number('count') ?? 0
}
