// Messages: storing one in its place, and reading pages of them.
import type { Message } from '#rufer/shared/model/message.ts'
import { toDirectId } from '../direct-id.ts'
import type { AppendOutcome, MessageDraft, MessageQuery } from '../port.ts'
import { takePage } from '../page.ts'
import { appendChange } from './changes.ts'
import { canOpen, openConversation } from './conversations.ts'
import type { Database } from './database.ts'
import { MESSAGES, toMessage } from './message-rows.ts'
import { findStanding, takePlace, type Standing } from './places.ts'

export function appendMessage(database: Database, draft: MessageDraft): AppendOutcome {
  const { id, senderId } = draft
  const conversationId = conversationIdOf(draft)
  const known = getMessage(database, id)
  if (known?.senderId === senderId && known.conversationId === conversationId) {
    return { outcome: 'duplicate', message: known }
  }
  const standing = findStanding(database, conversationId, senderId)
  const refusal = standing ? undefined : refuse(database, draft)
  if (refusal) return refusal
  // Only now, so that nobody learns of ids in conversations that they are no member of.
  if (known) return { outcome: 'id-conflict' }
  return { outcome: 'stored', message: store(database, draft, standing ?? open(database, draft)) }
}

export function getMessage(database: Database, id: string): Message | undefined {
  const row = database.get(`${MESSAGES} WHERE m.id = :id`, { id })
  return row && toMessage(row)
}

export function listMessages(
  database: Database,
  query: MessageQuery,
): { messages: Message[]; hasMore: boolean } {
  const { conversationId, beforeSeq, afterSeq, limit } = query
  const order = afterSeq === undefined ? 'DESC' : 'ASC'
  const rows = database.each(
    `${MESSAGES} WHERE m.conversation_id = :conversationId AND m.seq > :afterSeq AND m.seq < :beforeSeq
     ORDER BY m.seq ${order} LIMIT :rows`,
    {
      conversationId,
      afterSeq: afterSeq ?? 0,
      beforeSeq: beforeSeq ?? Number.MAX_SAFE_INTEGER,
      rows: limit + 1,
    },
  )
  const { items, hasMore } = takePage(rows.map(toMessage), query)
  return { messages: order === 'ASC' ? items : items.toReversed(), hasMore }
}

// --- helpers ---

/** Why somebody who is no member cannot send there; nothing where their message makes the conversation. */
function refuse(database: Database, { senderId, target }: MessageDraft): AppendOutcome | undefined {
  if (!('userId' in target)) return { outcome: 'conversation-not-found' }
  return canOpen(database, [senderId, target.userId]) ? undefined : { outcome: 'user-not-found' }
}

/** Makes the conversation that a message is the first of. */
function open(database: Database, { senderId, target, at }: MessageDraft): Standing {
  if ('userId' in target) openConversation(database, [senderId, target.userId], at)
  const standing = findStanding(database, conversationIdOf({ senderId, target }), senderId)
  if (!standing) throw new Error('unable to open conversation; it cannot be read back')
  return standing
}

function conversationIdOf({ senderId, target }: Pick<MessageDraft, 'senderId' | 'target'>) {
  return 'userId' in target ? toDirectId([senderId, target.userId]) : target.conversationId
}

function store(database: Database, draft: MessageDraft, last: Standing): Message {
  const { id, senderId, text } = draft
  const conversationId = conversationIdOf(draft)
  const {
    seq,
    rev,
    at: createdAt,
  } = takePlace(database, last, { conversationId, isMessage: true, at: draft.at })
  database.run(
    `INSERT INTO messages (conversation_id, seq, rev, id, sender_id, created_at, overtakes, text)
     VALUES (:conversationId, :seq, :rev, :id, :senderId, :createdAt, :overtakes, :text)`,
    {
      conversationId,
      seq,
      rev,
      id,
      senderId,
      createdAt,
      overtakes: Number(last.markers.readSeq < last.seq),
      text,
    },
  )
  moveMembers(database, { conversationId, senderId, seq, createdAt })
  const message = { id, conversationId, seq, rev, senderId, text, createdAt, deliveredAt: null, readAt: null }
  appendChange(database, {
    kind: 'message.created',
    conversationId,
    recipients: last.userIds,
    at: createdAt,
    message,
  })
  return message
}

/** Every member's list tells of the message, and its sender has read up to it. */
function moveMembers(
  database: Database,
  place: Pick<Message, 'conversationId' | 'senderId' | 'seq' | 'createdAt'>,
) {
  const { conversationId, senderId, seq, createdAt } = place
  database.run(
    `UPDATE members SET updated_at = :createdAt,
       delivered_seq = iif(user_id = :senderId, :seq, delivered_seq),
       delivered_at = iif(user_id = :senderId, :createdAt, delivered_at),
       read_seq = iif(user_id = :senderId, :seq, read_seq),
       read_at = iif(user_id = :senderId, :createdAt, read_at)
     WHERE conversation_id = :conversationId`,
    { conversationId, senderId, seq, createdAt },
  )
}
