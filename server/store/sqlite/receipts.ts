// Receipts: moving a member's markers forward, one row for every move.
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { Receipt } from '#rufer/shared/model/receipt.ts'
import type { ReceiptMove, ReceiptOutcome } from '../port.ts'
import { appendChange } from './changes.ts'
import { listMemberIds } from './conversations.ts'
import type { Database } from './database.ts'
import { MARKER_COLUMNS, toMarkers, type Markers } from './marker-rows.ts'
import { takePlace } from './places.ts'

export function moveReceipt(database: Database, move: ReceiptMove): ReceiptOutcome {
  const { conversationId, userId } = move
  const row = database.get(
    `SELECT seq, ${MARKER_COLUMNS} FROM members JOIN conversations USING (conversation_id)
     WHERE conversation_id = :conversationId AND user_id = :userId`,
    { conversationId, userId },
  )
  if (!row) return { outcome: 'conversation-not-found' }
  const before = toMarkers(row)
  const { deliveredSeq, readSeq } = forward(before, move, row.number('seq'))
  if (deliveredSeq === before.deliveredSeq && readSeq === before.readSeq) {
    return { outcome: 'unmoved', deliveredSeq, readSeq }
  }
  const { rev, at } = takePlace(database, { conversationId, isMessage: false, at: move.at })
  const deliveredAt = deliveredSeq > before.deliveredSeq ? at : before.deliveredAt
  const readAt = readSeq > before.readSeq ? at : before.readAt
  store(database, { conversationId, userId, deliveredSeq, deliveredAt, readSeq, readAt, rev }, at)
  return { outcome: 'moved', deliveredSeq, readSeq }
}

// --- helpers ---

/** Only forward, no further than the last message, and what was read was delivered. */
function forward(before: Markers, wanted: { deliveredSeq?: number; readSeq?: number }, seq: number) {
  const readSeq = Math.max(before.readSeq, Math.min(seq, wanted.readSeq ?? 0))
  const deliveredSeq = Math.max(before.deliveredSeq, readSeq, Math.min(seq, wanted.deliveredSeq ?? 0))
  return { deliveredSeq, readSeq }
}

function store(database: Database, receipt: Receipt, at: Instant) {
  const { rev, ...markers } = receipt
  const { conversationId } = receipt
  database.run(
    `UPDATE members SET delivered_seq = :deliveredSeq, delivered_at = :deliveredAt, read_seq = :readSeq, read_at = :readAt
     WHERE conversation_id = :conversationId AND user_id = :userId`,
    markers,
  )
  database.run(
    `INSERT INTO receipts (conversation_id, rev, user_id, delivered_seq, delivered_at, read_seq, read_at)
     VALUES (:conversationId, :rev, :userId, :deliveredSeq, :deliveredAt, :readSeq, :readAt)`,
    { ...markers, rev },
  )
  const recipients = listMemberIds(database, conversationId)
  appendChange(database, { kind: 'receipt.updated', conversationId, recipients, at, receipt })
}
