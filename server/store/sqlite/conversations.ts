// Conversations: opening, looking up, listing them, and taking their next place.
import type { ConversationRecord } from '#rufer/shared/model/conversation.ts'
import type { Instant } from '#rufer/shared/model/instant.ts'
import { toDirectId } from '../direct-id.ts'
import type { ConversationQuery, OpenOutcome } from '../port.ts'
import type { ChangeFeed } from './changes.ts'
import type { Database } from './database.ts'
import { MARKER_COLUMNS, toMarkers } from './marker-rows.ts'
import { LAST_MESSAGES, toMessage } from './message-rows.ts'
import { AFTER_ALL, GIVEN } from './sql.ts'
import { USER_COLUMNS, toUser } from './user-rows.ts'

export interface Conversations {
  open(userIds: [string, string], at: Instant): OpenOutcome
  /** Whether these are two different registered users. */
  canOpen(userIds: [string, string]): boolean
  get(conversationIds: string[]): ConversationRecord[]
  list(query: ConversationQuery): { conversations: ConversationRecord[]; hasMore: boolean }
  /** Everyone's id, in order; nobody's where there is no such conversation. */
  memberIds(conversationId: string): string[]
  /** Takes the next rev, and the next seq for a message; the instant never runs backwards. */
  advance(step: { conversationId: string; seqs: 0 | 1; at: Instant }): {
    seq: number
    rev: number
    at: Instant
  }
}

export function createConversations(database: Database, changes: ChangeFeed): Conversations {
  function get(conversationIds: string[]): ConversationRecord[] {
    const ids = JSON.stringify(conversationIds)
    const members = Map.groupBy(selectMembers(ids), (row) => row.text('conversationId'))
    const lastMessages = new Map(selectLastMessages(ids).map((message) => [message.conversationId, message]))
    const rows = database.all(
      `SELECT conversation_id AS id, seq, rev, updated_at AS updatedAt
       FROM conversations WHERE conversation_id IN ${GIVEN}`,
      { ids },
    )
    return rows.map((row) => {
      const id = row.text('id')
      return {
        id,
        kind: 'direct',
        members: (members.get(id) ?? []).map((row) => ({ ...toUser(row), ...toMarkers(row) })),
        seq: row.number('seq'),
        rev: row.number('rev'),
        lastMessage: lastMessages.get(id) ?? null,
        updatedAt: row.text('updatedAt'),
      }
    })
  }

  function selectMembers(ids: string) {
    return database.all(
      `SELECT conversation_id AS conversationId, ${USER_COLUMNS}, ${MARKER_COLUMNS}
       FROM members JOIN users USING (user_id) WHERE conversation_id IN ${GIVEN}
       ORDER BY conversation_id, user_id`,
      { ids },
    )
  }

  function selectLastMessages(ids: string) {
    return database.all(`${LAST_MESSAGES} WHERE c.conversation_id IN ${GIVEN}`, { ids }).map(toMessage)
  }

  function make(conversationId: string, userIds: string[], at: Instant): ConversationRecord {
    database.run(
      `INSERT INTO conversations (conversation_id, kind, seq, rev, updated_at, latest_at)
       VALUES (:conversationId, 'direct', 0, 0, :at, :at)`,
      { conversationId, at },
    )
    for (const userId of userIds) {
      database.run(
        'INSERT INTO members (conversation_id, user_id, updated_at) VALUES (:conversationId, :userId, :at)',
        { conversationId, userId, at },
      )
    }
    const [conversation] = get([conversationId])
    if (!conversation) throw new Error('unable to make conversation; it cannot be read back')
    changes.append({ kind: 'conversation.updated', conversationId, recipients: userIds, at, conversation })
    return conversation
  }

  function canOpen(userIds: [string, string]) {
    const ids = JSON.stringify(userIds)
    return database.all(`SELECT user_id FROM users WHERE user_id IN ${GIVEN}`, { ids }).length === 2
  }

  return {
    get,
    canOpen,
    open(userIds, at) {
      const conversationId = toDirectId(userIds)
      const [conversation] = get([conversationId])
      if (conversation) return { outcome: 'existed', conversation }
      if (!canOpen(userIds)) return { outcome: 'user-not-found' }
      return { outcome: 'made', conversation: make(conversationId, userIds.toSorted(), at) }
    },
    list({ userId, after, limit }) {
      const rows = database.all(
        `SELECT conversation_id AS id FROM members
         WHERE user_id = :userId AND updated_at <= :updatedAt
           AND (updated_at < :updatedAt OR conversation_id > :afterId)
         ORDER BY updated_at DESC, conversation_id LIMIT :rows`,
        { userId, updatedAt: after?.updatedAt ?? AFTER_ALL, afterId: after?.id ?? '', rows: limit + 1 },
      )
      const ids = rows.slice(0, limit).map((row) => row.text('id'))
      const found = new Map(get(ids).map((conversation) => [conversation.id, conversation]))
      return { conversations: ids.flatMap((id) => found.get(id) ?? []), hasMore: rows.length > limit }
    },
    memberIds: (conversationId) =>
      database
        .all(
          'SELECT user_id AS userId FROM members WHERE conversation_id = :conversationId ORDER BY user_id',
          {
            conversationId,
          },
        )
        .map((row) => row.text('userId')),
    advance({ conversationId, seqs, at }) {
      const row = database.get(
        `UPDATE conversations SET seq = seq + :seqs, rev = rev + 1, latest_at = max(latest_at, :at),
           updated_at = iif(:seqs = 1, max(latest_at, :at), updated_at)
         WHERE conversation_id = :conversationId RETURNING seq, rev, latest_at AS at`,
        { conversationId, seqs, at },
      )
      if (!row) throw new Error('unable to change conversation; there is none')
      return { seq: row.number('seq'), rev: row.number('rev'), at: row.text('at') }
    },
  }
}
