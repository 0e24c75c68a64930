// Messages as rows: how they are selected, with the instants at which the other member's receipt first covered them.
import type { Message } from '#rufer/shared/model/message.ts'
import type { Row } from './row.ts'
import { AFTER_ALL, inBytes } from './sql.ts'

const COLUMNS = `m.id, m.conversation_id AS conversationId, m.seq, coalesce(m.updated_rev, m.rev) AS rev,
  m.sender_id AS senderId, ${inBytes('m.text')} AS text, m.created_at AS createdAt, m.deleted_at AS deletedAt`

const WITH_OTHER = `JOIN members o ON o.conversation_id = m.conversation_id AND o.user_id <> m.sender_id`

/** Any messages `m`, seen by their other member `o`. */
export const MESSAGES = `SELECT ${COLUMNS}, ${firstCovered('delivered')} AS deliveredAt, ${firstCovered('read')} AS readAt
  FROM messages m ${WITH_OTHER}`

/**
 * The last messages `m` of conversations `c`. Markers end at the last message, so one that covers it moved there when
 * it first did.
 */
export const LAST_MESSAGES = `SELECT ${COLUMNS},
    CASE WHEN o.delivered_seq >= m.seq THEN o.delivered_at END AS deliveredAt,
    CASE WHEN o.read_seq >= m.seq THEN o.read_at END AS readAt
  FROM conversations c JOIN messages m ON m.conversation_id = c.conversation_id AND m.seq = c.seq ${WITH_OTHER}`

export function toMessage(row: Row): Message {
  const deletedAt = row.textOrNull('deletedAt')
  return {
    id: row.text('id'),
    conversationId: row.text('conversationId'),
    seq: row.number('seq'),
    rev: row.number('rev'),
    senderId: row.text('senderId'),
    text: row.textInBytes('text'),
    createdAt: row.text('createdAt'),
    deliveredAt: row.textOrNull('deliveredAt'),
    readAt: row.textOrNull('readAt'),
    ...(deletedAt !== null && { deletedAt }),
  }
}

/**
 * Two things move a member's marker: their receipts, and their own messages that overtake those of others. Instants of a
 * conversation never run backwards, so the earlier of the two first ones is the first.
 */
function firstCovered(marker: 'delivered' | 'read') {
  const moves = { delivered: 'delivers', read: 'reads' }[marker]
  const byReceipt = `SELECT r.${marker}_at FROM receipts r
    WHERE r.conversation_id = m.conversation_id AND r.user_id = o.user_id AND r.${marker}_seq >= m.seq AND r.${moves} = 1
    ORDER BY r.${marker}_seq LIMIT 1`
  const byMessage = `SELECT l.created_at FROM messages l
    WHERE l.conversation_id = m.conversation_id AND l.sender_id = o.user_id AND l.seq > m.seq AND l.overtakes = 1
    ORDER BY l.seq LIMIT 1`
  return `CASE WHEN o.${marker}_seq >= m.seq
    THEN min(coalesce((${byReceipt}), '${AFTER_ALL}'), coalesce((${byMessage}), '${AFTER_ALL}')) END`
}
