// Messages: storing one in its place, and reading pages of them.
import type { Message } from '#rufer/shared/model/message.ts'
import { toDirectId } from '../direct-id.ts'
import type { AppendOutcome, MessageDraft, MessageQuery } from '../port.ts'
import { appendChange } from './changes.ts'
import { canOpen, listMemberIds, openConversation } from './conversations.ts'
import type { Database } from './database.ts'
import { MESSAGES, toMessage } from './message-rows.ts'
import { takePlace } from './places.ts'

export function appendMessage(database: Database, draft: MessageDraft): AppendOutcome {
  const { id, senderId, target } = draft
  const conversationId = 'userId' in target ? toDirectId([senderId, target.userId]) : target.conversationId
  const known = getMessage(database, id)
  if (known?.senderId === senderId && known.conversationId === conversationId) {
    return { outcome: 'duplicate', message: known }
  }
  const isMember = listMemberIds(database, conversationId).includes(senderId)
  const refusal = isMember ? undefined : refuse(database, draft)
  if (refusal) return refusal
  // Only now, so that nobody learns of ids in conversations that they are no member of.
  if (known) return { outcome: 'id-conflict' }
  if (!isMember && 'userId' in target) openConversation(database, [senderId, target.userId], draft.at)
  return { outcome: 'stored', message: store(database, draft, conversationId) }
}

export function getMessage(database: Database, id: string): Message | undefined {
  const row = database.get(`${MESSAGES} WHERE m.id = :id`, { id })
  return row && toMessage(row)
}

export function listMessages(
  database: Database,
  { conversationId, beforeSeq, afterSeq, limit }: MessageQuery,
): { messages: Message[]; hasMore: boolean } {
  const order = afterSeq === undefined ? 'DESC' : 'ASC'
  const rows = database.all(
    `${MESSAGES} WHERE m.conversation_id = :conversationId AND m.seq > :afterSeq AND m.seq < :beforeSeq
     ORDER BY m.seq ${order} LIMIT :rows`,
    {
      conversationId,
      afterSeq: afterSeq ?? 0,
      beforeSeq: beforeSeq ?? Number.MAX_SAFE_INTEGER,
      rows: limit + 1,
    },
  )
  const messages = rows.slice(0, limit).map(toMessage)
  return { messages: order === 'ASC' ? messages : messages.toReversed(), hasMore: rows.length > limit }
}

// --- helpers ---

/** Why somebody who is no member cannot send there; nothing where their message makes the conversation. */
function refuse(database: Database, { senderId, target }: MessageDraft): AppendOutcome | undefined {
  if (!('userId' in target)) return { outcome: 'conversation-not-found' }
  return canOpen(database, [senderId, target.userId]) ? undefined : { outcome: 'user-not-found' }
}

function store(
  database: Database,
  { id, senderId, text, at }: MessageDraft,
  conversationId: string,
): Message {
  const { seq, rev, at: createdAt } = takePlace(database, { conversationId, isMessage: true, at })
  database.run(
    `INSERT INTO messages (id, conversation_id, seq, rev, sender_id, created_at, text)
     VALUES (:id, :conversationId, :seq, :rev, :senderId, :createdAt, :text)`,
    { id, conversationId, seq, rev, senderId, createdAt, text },
  )
  database.run('UPDATE members SET updated_at = :createdAt WHERE conversation_id = :conversationId', {
    conversationId,
    createdAt,
  })
  database.run(
    `UPDATE members SET delivered_seq = :seq, delivered_at = :createdAt, read_seq = :seq, read_at = :createdAt
     WHERE conversation_id = :conversationId AND user_id = :senderId`,
    { conversationId, senderId, seq, createdAt },
  )
  const message = { id, conversationId, seq, rev, senderId, text, createdAt, deliveredAt: null, readAt: null }
  const recipients = listMemberIds(database, conversationId)
  appendChange(database, { kind: 'message.created', conversationId, recipients, at: createdAt, message })
  return message
}
