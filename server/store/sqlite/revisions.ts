// Revisions: what changed in a conversation between two of its revs.
import type { Message } from '#rufer/shared/model/message.ts'
import type { Receipt } from '#rufer/shared/model/receipt.ts'
import type { RevisionQuery } from '../port.ts'
import { takePage } from '../page.ts'
import type { Database } from './database.ts'
import { MESSAGES, toMessage } from './message-rows.ts'
import { MARKER_COLUMNS, toMarkers } from './marker-rows.ts'

/** Messages and receipts after a rev up to another, the first ones of both together. */
export function listRevisions(
  database: Database,
  query: RevisionQuery,
): { messages: Message[]; receipts: Receipt[]; hasMore: boolean } {
  const { conversationId, afterRev, throughRev, limit } = query
  const rows = limit + 1
  // receipts are small and read at once, messages one by one
  const receipts = database
    .all(
      `SELECT user_id AS userId, ${MARKER_COLUMNS}, rev FROM receipts
       WHERE conversation_id = :conversationId AND rev > :afterRev AND rev <= :throughRev ORDER BY rev LIMIT :rows`,
      { conversationId, afterRev, throughRev, rows },
    )
    .map((row) =>
      Object.assign({ conversationId, userId: row.text('userId'), rev: row.number('rev') }, toMarkers(row)),
    )
  // those that were updated have a rev of their own, and come in the order of these
  const made = database
    .each(
      `${MESSAGES} WHERE m.conversation_id = :conversationId AND m.seq > :afterSeq AND m.seq <= :throughSeq
         AND m.updated_rev IS NULL ORDER BY m.seq LIMIT :rows`,
      {
        conversationId,
        afterSeq: seqAt(database, conversationId, afterRev),
        throughSeq: seqAt(database, conversationId, throughRev),
        rows,
      },
    )
    .map(toMessage)
  const updated = database
    .each(
      `${MESSAGES} WHERE m.conversation_id = :conversationId AND m.updated_rev > :afterRev
         AND m.updated_rev <= :throughRev ORDER BY m.updated_rev LIMIT :rows`,
      { conversationId, afterRev, throughRev, rows },
    )
    .map(toMessage)
  const { items, hasMore } = takePage(byRev(byRev(made, updated), receipts), query)
  return {
    messages: items.filter((item): item is Message => 'text' in item),
    receipts: items.filter((item): item is Receipt => !('text' in item)),
    hasMore,
  }
}

// --- helpers ---

/** The seq of a conversation at one of its revs: all revs after its last receipt and its last update are new messages. */
function seqAt(database: Database, conversationId: string, rev: number): number {
  const last = database.get(
    `SELECT * FROM (
       SELECT * FROM (SELECT rev, seq FROM receipts
         WHERE conversation_id = :conversationId AND rev <= :rev ORDER BY rev DESC LIMIT 1)
       UNION ALL
       SELECT * FROM (SELECT updated_rev AS rev, updated_seq AS seq FROM messages
         WHERE conversation_id = :conversationId AND updated_rev <= :rev ORDER BY updated_rev DESC LIMIT 1)
     ) ORDER BY rev DESC LIMIT 1`,
    { conversationId, rev },
  )
  return last ? last.number('seq') + rev - last.number('rev') : rev
}

/** Both in the one order of their revs. */
function* byRev<One extends { rev: number }, Other extends { rev: number }>(
  ones: Iterable<One>,
  others: Iterable<Other>,
): Generator<One | Other> {
  const waiting = Iterator.from(others)
  let other = waiting.next()
  for (const one of ones) {
    for (; !other.done && other.value.rev < one.rev; other = waiting.next()) yield other.value
    yield one
  }
  for (; !other.done; other = waiting.next()) yield other.value
}
