// Messages: storing one in its place, and reading pages of them.
import type { Message } from '#rufer/shared/model/message.ts'
import type { AppendOutcome, MessageDraft, MessageQuery } from '../port.ts'
import { toDirectId } from '../direct-id.ts'
import type { ChangeFeed } from './changes.ts'
import type { Conversations } from './conversations.ts'
import type { Database } from './database.ts'
import { MESSAGES, toMessage } from './message-rows.ts'

export interface Messages {
  append(draft: MessageDraft): AppendOutcome
  get(id: string): Message | undefined
  list(query: MessageQuery): { messages: Message[]; hasMore: boolean }
}

interface Parts {
  database: Database
  changes: ChangeFeed
  conversations: Conversations
}

export function createMessages({ database, changes, conversations }: Parts): Messages {
  function get(id: string) {
    const row = database.get(`${MESSAGES} WHERE m.id = :id`, { id })
    return row && toMessage(row)
  }

  function append(draft: MessageDraft): AppendOutcome {
    const { id, senderId, target } = draft
    const conversationId = 'userId' in target ? toDirectId([senderId, target.userId]) : target.conversationId
    const known = get(id)
    if (known?.senderId === senderId && known.conversationId === conversationId) {
      return { outcome: 'duplicate', message: known }
    }
    const members = conversations.memberIds(conversationId)
    if (!members.includes(senderId)) {
      if (!('userId' in target)) return { outcome: 'conversation-not-found' }
      if (!conversations.canOpen([senderId, target.userId])) return { outcome: 'user-not-found' }
    }
    // Only now, so that nobody learns of ids in conversations that they are no member of.
    if (known) return { outcome: 'id-conflict' }
    if ('userId' in target && members.length === 0) {
      conversations.open([senderId, target.userId], draft.at)
      members.push(...conversations.memberIds(conversationId))
    }
    return { outcome: 'stored', message: store(draft, conversationId, members) }
  }

  function store(
    { id, senderId, text, at }: MessageDraft,
    conversationId: string,
    recipients: string[],
  ): Message {
    const { seq, rev, at: createdAt } = conversations.advance({ conversationId, seqs: 1, at })
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
    const message = {
      id,
      conversationId,
      seq,
      rev,
      senderId,
      text,
      createdAt,
      deliveredAt: null,
      readAt: null,
    }
    changes.append({ kind: 'message.created', conversationId, recipients, at: createdAt, message })
    return message
  }

  return {
    append,
    get,
    list({ conversationId, beforeSeq, afterSeq, limit }) {
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
    },
  }
}
