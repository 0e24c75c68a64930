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
  const messages = database
    .each(
      `${MESSAGES} WHERE m.conversation_id = :conversationId AND m.seq > :afterSeq AND m.seq <= :throughSeq
       ORDER BY m.seq LIMIT :rows`,
      {
        conversationId,
        afterSeq: seqAt(database, conversationId, afterRev),
        throughSeq: seqAt(database, conversationId, throughRev),
        rows,
      },
    )
    .map(toMessage)
  const { items, hasMore } = takePage(byRev(messages, receipts), query)
  return {
    messages: items.filter((item): item is Message => 'text' in item),
    receipts: items.filter((item): item is Receipt => !('text' in item)),
    hasMore,
  }
}

// --- helpers ---

/** The seq of a conversation at one of its revs: all revs after its last receipt are messages. */
function seqAt(database: Database, conversationId: string, rev: number): number {
  const last = database.get(
    `SELECT rev, seq FROM receipts WHERE conversation_id = :conversationId AND rev <= :rev ORDER BY rev DESC LIMIT 1`,
    { conversationId, rev },
  )
  return last ? last.number('seq') + rev - last.number('rev') : rev
}

/** Both in the one order of their revs. */
function* byRev(messages: Iterable<Message>, receipts: Receipt[]): Generator<Message | Receipt> {
  const waiting = receipts.values()
  let receipt = waiting.next()
  for (const message of messages) {
    for (; !receipt.done && receipt.value.rev < message.rev; receipt = waiting.next()) yield receipt.value
    yield message
  }
  for (; !receipt.done; receipt = waiting.next()) yield receipt.value
}
