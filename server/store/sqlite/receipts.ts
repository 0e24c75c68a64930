// Receipts: moving a member's markers forward, one row for every move.
import type { Receipt } from '#rufer/shared/model/receipt.ts'
import { moveForward } from '../markers.ts'
import type { ReceiptMove, ReceiptOutcome } from '../port.ts'
import { appendChange } from './changes.ts'
import type { Database } from './database.ts'
import { findStanding, takePlace } from './places.ts'

export function moveReceipt(database: Database, move: ReceiptMove): ReceiptOutcome {
  const { conversationId, userId } = move
  const standing = findStanding(database, conversationId, userId)
  if (!standing) return { outcome: 'conversation-not-found' }
  const { seq, userIds, markers: before } = standing
  const { deliveredSeq, readSeq } = moveForward(before, move, seq)
  const [delivers, reads] = [deliveredSeq > before.deliveredSeq, readSeq > before.readSeq]
  if (!delivers && !reads) return { outcome: 'unmoved', deliveredSeq, readSeq }
  const { rev, at } = takePlace(database, standing, { conversationId, isMessage: false, at: move.at })
  const deliveredAt = delivers ? at : before.deliveredAt
  const readAt = reads ? at : before.readAt
  const receipt = { conversationId, userId, deliveredSeq, deliveredAt, readSeq, readAt, rev }
  store(database, receipt, { seq, delivers: Number(delivers), reads: Number(reads) })
  appendChange(database, { kind: 'receipt.updated', conversationId, recipients: userIds, at, receipt })
  return { outcome: 'moved', deliveredSeq, readSeq }
}

// --- helpers ---

function store(
  database: Database,
  { rev, ...markers }: Receipt,
  moved: { seq: number; delivers: number; reads: number },
) {
  database.run(
    `UPDATE members SET delivered_seq = :deliveredSeq, delivered_at = :deliveredAt, read_seq = :readSeq, read_at = :readAt
     WHERE conversation_id = :conversationId AND user_id = :userId`,
    markers,
  )
  database.run(
    `INSERT INTO receipts (conversation_id, rev, seq, user_id, delivers, delivered_seq, delivered_at, reads, read_seq, read_at)
     VALUES (:conversationId, :rev, :seq, :userId, :delivers, :deliveredSeq, :deliveredAt, :reads, :readSeq, :readAt)`,
    { ...markers, rev, ...moved },
  )
}
