// Revisions: what changed in a conversation between two of its revs.
import type { Message } from '#rufer/shared/model/message.ts'
import type { Receipt } from '#rufer/shared/model/receipt.ts'
import type { RevisionQuery } from '../port.ts'
import type { Database } from './database.ts'
import { MESSAGES, toMessage } from './message-rows.ts'
import { MARKER_COLUMNS, toMarkers } from './marker-rows.ts'

/** Messages and receipts after a rev up to another, the first ones of both together. */
export function listRevisions(
  database: Database,
  query: RevisionQuery,
): { messages: Message[]; receipts: Receipt[]; hasMore: boolean } {
  const { conversationId, afterRev, throughRev, limit } = query
  const values = { conversationId, afterRev, throughRev, rows: limit + 1 }
  const messages = database.all(`${MESSAGES} ${within('m')}`, values).map(toMessage)
  const receipts = database
    .all(`SELECT r.user_id AS userId, ${MARKER_COLUMNS}, r.rev FROM receipts r ${within('r')}`, values)
    .map((row) =>
      Object.assign({ conversationId, userId: row.text('userId'), rev: row.number('rev') }, toMarkers(row)),
    )
  const revs = [...messages, ...receipts].map(({ rev }) => rev).toSorted((a, b) => a - b)
  const hasMore = revs.length > limit
  const lastRev = hasMore ? (revs[limit - 1] ?? 0) : throughRev
  return {
    messages: messages.filter(({ rev }) => rev <= lastRev),
    receipts: receipts.filter(({ rev }) => rev <= lastRev),
    hasMore,
  }
}

function within(table: 'm' | 'r') {
  return `WHERE ${table}.conversation_id = :conversationId AND ${table}.rev > :afterRev AND ${table}.rev <= :throughRev
    ORDER BY ${table}.rev LIMIT :rows`
}
