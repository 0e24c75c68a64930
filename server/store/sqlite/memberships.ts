// Memberships: which conversations a user is in, and who else, whatever was said in them.
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

export function getMemberIds(database: Database, conversationId: string): string[] {
  return database
    .all('SELECT user_id AS userId FROM members WHERE conversation_id = :conversationId ORDER BY user_id', {
      conversationId,
    })
    .map((row) => row.text('userId'))
}

export function countMemberships(database: Database, userId: string): number {
  const row = database.get('SELECT count(*) AS count FROM members WHERE user_id = :userId', { userId })
  return row?.number('count') ?? 0
}
