// Conversations: opening, looking up and listing them.
import type { ConversationRecord } from '#rufer/shared/model/conversation.ts'
import type { Instant } from '#rufer/shared/model/instant.ts'
import { toDirectId } from '../direct-id.ts'
import { takePage } from '../page.ts'
import type { ConversationLookup, ConversationQuery, OpenOutcome } from '../port.ts'
import { appendChange } from './changes.ts'
import type { Database } from './database.ts'
import { MARKER_COLUMNS, toMarkers } from './marker-rows.ts'
import { LAST_MESSAGES, toMessage } from './message-rows.ts'
import type { Row } from './row.ts'
import { AFTER_ALL, GIVEN } from './sql.ts'
import { USER_COLUMNS, toUser } from './user-rows.ts'

export function openConversation(database: Database, userIds: [string, string], at: Instant): OpenOutcome {
  const conversationId = toDirectId(userIds)
  const [conversation] = getConversations(database, [conversationId])
  if (conversation) return { outcome: 'existed', conversation }
  if (!canOpen(database, userIds)) return { outcome: 'user-not-found' }
  return { outcome: 'made', conversation: make(database, userIds.toSorted(), { conversationId, at }) }
}

/** Whether these are two different registered users, neither of whom was erased. */
export function canOpen(database: Database, userIds: [string, string]): boolean {
  const ids = JSON.stringify(userIds)
  return (
    database.all(`SELECT user_id FROM users WHERE user_id IN ${GIVEN} AND erased_at IS NULL`, { ids })
      .length === 2
  )
}

/** Tells conversations as they are now, after whatever else was changed in them meanwhile. */
export function announce(database: Database, conversationIds: string[], at: Instant): ConversationRecord[] {
  const conversations = getConversations(database, conversationIds)
  for (const conversation of conversations) {
    const recipients = conversation.members.map((member) => member.userId)
    const conversationId = conversation.id
    appendChange(database, { kind: 'conversation.updated', conversationId, recipients, at, conversation })
  }
  return conversations
}

export function lookUpConversations(
  database: Database,
  { ids, memberId, beyond, maxBytes }: ConversationLookup,
): { conversations: ConversationRecord[]; remaining: string[] } {
  const wanted = database
    .all(
      `SELECT c.conversation_id AS id, c.rev, ${LAST_BYTES} AS bytes FROM conversations c
       WHERE c.conversation_id IN ${GIVEN} AND (:memberId IS NULL
         OR EXISTS (SELECT 1 FROM members WHERE conversation_id = c.conversation_id AND user_id = :memberId))`,
      { ids: JSON.stringify(ids), memberId: memberId ?? null },
    )
    .filter((row) => row.number('rev') > (beyond?.[row.text('id')] ?? -1))
  const { items } = takePage(
    wanted,
    { limit: Infinity, ...(maxBytes !== undefined && { maxBytes }) },
    bytesOf,
  )
  return {
    conversations: getConversations(database, items.map(idOf)),
    remaining: wanted.slice(items.length).map(idOf),
  }
}

export function getConversations(database: Database, conversationIds: string[]): ConversationRecord[] {
  const ids = JSON.stringify(conversationIds)
  const members = selectMembers(database, ids)
  const lastMessages = selectLastMessages(database, ids)
  return database
    .all(
      `SELECT conversation_id AS id, seq, rev, updated_at AS updatedAt
       FROM conversations WHERE conversation_id IN ${GIVEN}`,
      { ids },
    )
    .map((row) => ({
      id: row.text('id'),
      kind: 'direct',
      members: members.get(row.text('id')) ?? [],
      seq: row.number('seq'),
      rev: row.number('rev'),
      lastMessage: lastMessages.get(row.text('id')) ?? null,
      updatedAt: row.text('updatedAt'),
    }))
}

export function listConversations(
  database: Database,
  query: ConversationQuery,
): { conversations: ConversationRecord[]; hasMore: boolean } {
  const { userId, after, limit } = query
  const rows = database.each(
    `SELECT l.conversation_id AS id, ${LAST_BYTES} AS bytes
     FROM members l CROSS JOIN conversations c USING (conversation_id)
     WHERE l.user_id = :userId AND l.updated_at <= :updatedAt
       AND (l.updated_at < :updatedAt OR l.conversation_id > :afterId)
     ORDER BY l.updated_at DESC, l.conversation_id LIMIT :rows`,
    { userId, updatedAt: after?.updatedAt ?? AFTER_ALL, afterId: after?.id ?? '', rows: limit + 1 },
  )
  const { items, hasMore } = takePage(rows, query, bytesOf)
  const ids = items.map(idOf)
  const found = new Map(
    getConversations(database, ids).map((conversation) => [conversation.id, conversation]),
  )
  return { conversations: ids.flatMap((id) => found.get(id) ?? []), hasMore }
}

/** Those among the ids whose direct conversation with the user exists. */
export function getPeers(database: Database, userId: string, among: string[]): string[] {
  const peers = new Map(among.filter((id) => id !== userId).map((id) => [toDirectId([userId, id]), id]))
  const rows = database.all(
    `SELECT conversation_id AS id FROM conversations WHERE conversation_id IN ${GIVEN}`,
    { ids: JSON.stringify([...peers.keys()]) },
  )
  return rows.flatMap((row) => peers.get(row.text('id')) ?? [])
}

// --- helpers ---

/** The bytes of a conversation's last text, which is not read for it. */
const LAST_BYTES = `coalesce((SELECT octet_length(m.text) FROM messages m
  WHERE m.conversation_id = c.conversation_id AND m.seq = c.seq), 0)`

const bytesOf = (row: Row) => row.number('bytes')
const idOf = (row: Row) => row.text('id')

function make(
  database: Database,
  userIds: string[],
  { conversationId, at }: { conversationId: string; at: Instant },
): ConversationRecord {
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
  const [conversation] = announce(database, [conversationId], at)
  if (!conversation) throw new Error('unable to make conversation; it cannot be read back')
  return conversation
}

function selectMembers(database: Database, ids: string) {
  const rows = database.all(
    `SELECT conversation_id AS conversationId, ${USER_COLUMNS}, ${MARKER_COLUMNS}
     FROM members JOIN users USING (user_id) WHERE conversation_id IN ${GIVEN}
     ORDER BY conversation_id, user_id`,
    { ids },
  )
  const byConversation = Map.groupBy(rows, (row) => row.text('conversationId'))
  return new Map(
    byConversation
      .entries()
      .map(([id, members]) => [id, members.map((row) => Object.assign(toUser(row), toMarkers(row)))]),
  )
}

function selectLastMessages(database: Database, ids: string) {
  const messages = database
    .all(`${LAST_MESSAGES} WHERE c.conversation_id IN ${GIVEN}`, { ids })
    .map(toMessage)
  return new Map(messages.map((message) => [message.conversationId, message]))
}
