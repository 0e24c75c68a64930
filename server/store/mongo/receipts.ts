// Receipts: moving a member's markers forward, one document for every move.
import type { Instant } from '#rufer/shared/model/instant.ts'
import { moveForward } from '../markers.ts'
import type { ReceiptMove, ReceiptOutcome } from '../port.ts'
import type { Batch, Operation } from './batch.ts'
import { recipientsOf } from './conversations.ts'
import { takeRev } from './messages.ts'
import type { ConversationDocument, MemberDocument } from './models.ts'

export function moveReceipt(move: ReceiptMove): Operation<ReceiptOutcome> {
  const { conversationId, userId } = move
  return {
    conversationId,
    apply(batch) {
      const conversation = batch.conversation(conversationId)
      const member = conversation?.members.find(
        (candidate) => candidate.userId === userId && !candidate.isErased,
      )
      if (!conversation || !member) return { outcome: 'conversation-not-found' }
      const { deliveredSeq, readSeq } = moveForward(member, move, conversation.seq)
      const isMoved = deliveredSeq > member.deliveredSeq || readSeq > member.readSeq
      if (!isMoved) return { outcome: 'unmoved', deliveredSeq, readSeq }
      store(batch, conversation, { member, seqs: { deliveredSeq, readSeq }, at: move.at })
      return { outcome: 'moved', deliveredSeq, readSeq }
    },
  }
}

// --- helpers ---

interface Move {
  member: MemberDocument
  seqs: { deliveredSeq: number; readSeq: number }
  at: Instant
}

function store(batch: Batch, conversation: ConversationDocument, { member, seqs, at: wanted }: Move) {
  const { deliveredSeq, readSeq } = seqs
  const { _id: conversationId } = conversation
  const { rev, at } = takeRev(conversation, wanted)
  const isDelivered = deliveredSeq > member.deliveredSeq
  const isRead = readSeq > member.readSeq
  Object.assign(member, seqs, isDelivered && { deliveredAt: at }, isRead && { readAt: at })
  batch.putConversation(conversation)
  batch.addReceipt({
    conversationId,
    rev,
    ...member,
    ...(isDelivered && { deliveredTo: deliveredSeq }),
    ...(isRead && { readTo: readSeq }),
  })
  const receipt = { conversationId, ...member, rev }
  batch.tell({ kind: 'receipt.updated', conversationId, recipients: recipientsOf(conversation), at, receipt })
}
