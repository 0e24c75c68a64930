// Receipts: moving a member's markers forward, one row for every move.
import type { Receipt } from '#rufer/shared/model/receipt.ts'
import type { ReceiptMove, ReceiptOutcome } from '../port.ts'
import type { ChangeFeed } from './changes.ts'
import type { Conversations } from './conversations.ts'
import type { Database } from './database.ts'
import { MARKER_COLUMNS, toMarkers, type Markers } from './marker-rows.ts'

export interface Receipts {
  move(move: ReceiptMove): ReceiptOutcome
}

interface Parts {
  database: Database
  changes: ChangeFeed
  conversations: Conversations
}

export function createReceipts({ database, changes, conversations }: Parts): Receipts {
  function move({ conversationId, userId, at, ...wanted }: ReceiptMove): ReceiptOutcome {
    const row = database.get(
      `SELECT seq, ${MARKER_COLUMNS} FROM members JOIN conversations USING (conversation_id)
       WHERE conversation_id = :conversationId AND user_id = :userId`,
      { conversationId, userId },
    )
    if (!row) return { outcome: 'conversation-not-found' }
    const before = toMarkers(row)
    const { deliveredSeq, readSeq } = forward(before, wanted, row.number('seq'))
    if (deliveredSeq === before.deliveredSeq && readSeq === before.readSeq) {
      return { outcome: 'unmoved', deliveredSeq, readSeq }
    }
    const place = conversations.advance({ conversationId, seqs: 0, at })
    const markers = {
      deliveredSeq,
      deliveredAt: deliveredSeq > before.deliveredSeq ? place.at : before.deliveredAt,
      readSeq,
      readAt: readSeq > before.readSeq ? place.at : before.readAt,
    }
    store({ conversationId, userId, ...markers, rev: place.rev }, place.at)
    return { outcome: 'moved', deliveredSeq, readSeq }
  }

  function store(receipt: Receipt, at: string) {
    const { conversationId } = receipt
    database.run(
      `INSERT INTO receipts (conversation_id, rev, user_id, delivered_seq, delivered_at, read_seq, read_at)
       VALUES (:conversationId, :rev, :userId, :deliveredSeq, :deliveredAt, :readSeq, :readAt)`,
      { ...receipt },
    )
    const { rev, ...marked } = receipt
    database.run(
      `UPDATE members SET delivered_seq = :deliveredSeq, delivered_at = :deliveredAt,
         read_seq = :readSeq, read_at = :readAt
       WHERE conversation_id = :conversationId AND user_id = :userId`,
      marked,
    )
    const recipients = conversations.memberIds(conversationId)
    changes.append({ kind: 'receipt.updated', conversationId, recipients, at, receipt })
  }

  return { move }
}

/** Only forward, no further than the last message, and what was read was delivered. */
function forward(before: Markers, wanted: { deliveredSeq?: number; readSeq?: number }, seq: number) {
  const readSeq = Math.max(before.readSeq, Math.min(seq, wanted.readSeq ?? 0))
  const deliveredSeq = Math.max(before.deliveredSeq, readSeq, Math.min(seq, wanted.deliveredSeq ?? 0))
  return { deliveredSeq, readSeq }
}
