// Conversations: opening, looking up and listing them.
import type { ConversationRecord } from '#rufer/shared/model/conversation.ts'
import type { Instant } from '#rufer/shared/model/instant.ts'
import { toDirectId } from '../direct-id.ts'
import { READ_AT_ONCE, readPage, takePage } from '../page.ts'
import type { ConversationLookup, ConversationQuery, OpenOutcome } from '../port.ts'
import { byId, type Batch, type Operation } from './batch.ts'
import type { Collections, ConversationDocument } from './models.ts'
import { toRecord } from './records.ts'

export function openConversation(userIds: [string, string], at: Instant): Operation<OpenOutcome> {
  const conversationId = toDirectId(userIds)
  return {
    conversationId,
    userIds,
    apply(batch) {
      const existing = batch.conversation(conversationId)
      if (existing) return { outcome: 'existed', conversation: toRecord(existing, batch.user) }
      if (!canOpen(batch, userIds)) return { outcome: 'user-not-found' }
      return { outcome: 'made', conversation: make(batch, userIds, at) }
    },
  }
}

/** Whether these are two different registered users, neither of whom was erased. */
export function canOpen(batch: Batch, [one, other]: [string, string]): boolean {
  return one !== other && [one, other].map(batch.user).every((user) => user && user.erasedAt === undefined)
}

/** Makes the direct conversation of two users who may have one, and tells of it. */
export function make(batch: Batch, userIds: [string, string], at: Instant): ConversationRecord {
  const made = newConversation(userIds, at)
  batch.putConversation(made)
  return tellUpdated(batch, made, at)
}

/** The document of two users' direct conversation before anything was said in it. */
export function newConversation(userIds: [string, string], at: Instant): ConversationDocument {
  const members = userIds
    .toSorted()
    .map((userId) => ({ userId, deliveredSeq: 0, deliveredAt: null, readSeq: 0, readAt: null }))
  return {
    _id: toDirectId(userIds),
    kind: 'direct',
    members,
    seq: 0,
    rev: 0,
    updatedAt: at,
    latestAt: at,
    lastMessage: null,
    version: 0,
  }
}

/** Tells the members of a conversation how it stands. */
function tellUpdated(batch: Batch, document: ConversationDocument, at: Instant): ConversationRecord {
  const conversation = toRecord(document, batch.user)
  const recipients = recipientsOf(document)
  batch.tell({ kind: 'conversation.updated', conversationId: conversation.id, recipients, at, conversation })
  return conversation
}

/** Tells the members how a conversation stands by then, after a change of it where one is given. */
export function announceConversation(
  { _id: conversationId, members }: Pick<ConversationDocument, '_id' | 'members'>,
  at: Instant,
  change: (conversation: ConversationDocument) => void = () => {},
): Operation<void> {
  return {
    conversationId,
    userIds: recipientsOf({ members }),
    apply(batch) {
      const current = batch.conversation(conversationId)
      if (!current) return
      change(current)
      // written even where nothing changed, so that it conflicts with whoever changes the conversation meanwhile
      batch.putConversation(current)
      tellUpdated(batch, current, at)
    },
  }
}

/** Everyone's id, in order. */
export function recipientsOf({ members }: Pick<ConversationDocument, 'members'>): string[] {
  return members.map(({ userId }) => userId)
}

export async function getConversations(
  collections: Collections,
  { ids, memberId, beyond, maxBytes }: ConversationLookup,
): Promise<{ conversations: ConversationRecord[]; remaining: string[] }> {
  const filter = { _id: { $in: ids }, ...(memberId !== undefined && { 'members.userId': memberId }) }
  if (!beyond && maxBytes === undefined) {
    const found = await collections.conversations.find(filter).toArray()
    return { conversations: await withProfiles(collections, found), remaining: [] }
  }
  const heads = await readHeads(collections, filter)
  const wanted = heads.filter(({ _id, rev }) => rev > (beyond?.[_id] ?? -1))
  const { items } = takePage(
    wanted,
    { limit: Infinity, maxBytes: maxBytes ?? Infinity },
    ({ bytes }) => bytes,
  )
  const found = await collections.conversations.find({ _id: { $in: items.map(idOf) } }).toArray()
  return {
    conversations: await withProfiles(collections, found),
    remaining: wanted.slice(items.length).map(idOf),
  }
}

export async function listConversations(
  collections: Collections,
  query: ConversationQuery,
): Promise<{ conversations: ConversationRecord[]; hasMore: boolean }> {
  const { userId, after, limit } = query
  const isAfter = after && {
    updatedAt: { $lte: after.updatedAt },
    $or: [{ updatedAt: { $lt: after.updatedAt } }, { _id: { $gt: after.id } }],
  }
  const found = collections.conversations
    .find({ 'members.userId': userId, ...isAfter })
    .sort({ updatedAt: -1, _id: 1 })
    .limit(limit + 1)
    .batchSize(READ_AT_ONCE)
  const { items, hasMore } = await readPage(found, query, lastBytes)
  return { conversations: await withProfiles(collections, items), hasMore }
}

/** Those among the ids whose direct conversation with the user exists. */
export async function getPeers(
  { conversations }: Collections,
  userId: string,
  among: string[],
): Promise<string[]> {
  const peers = new Map(among.filter((id) => id !== userId).map((id) => [toDirectId([userId, id]), id]))
  const found = await conversations
    .find({ _id: { $in: [...peers.keys()] } }, { projection: { _id: 1 } })
    .toArray()
  return found.flatMap(({ _id }) => peers.get(_id) ?? [])
}

// --- helpers ---

/** What a page of conversations is cut by, without their texts. */
function readHeads(
  { conversations }: Collections,
  filter: Parameters<Collections['conversations']['find']>[0],
) {
  const bytes = { $strLenBytes: { $ifNull: ['$lastMessage.text', ''] } }
  return conversations.find<Head>(filter, { projection: { rev: 1, bytes } }).toArray()
}

interface Head {
  _id: string
  rev: number
  bytes: number
}

function idOf({ _id }: { _id: string }) {
  return _id
}

function lastBytes({ lastMessage }: ConversationDocument) {
  return Buffer.byteLength(lastMessage?.text ?? '')
}

async function withProfiles({ users }: Collections, conversations: ConversationDocument[]) {
  const userIds = new Set(conversations.flatMap(recipientsOf))
  if (userIds.size === 0) return []
  const found = await users.find({ _id: { $in: [...userIds] } }).toArray()
  const profiles = byId(found)
  return conversations.map((conversation) => toRecord(conversation, (userId) => profiles.get(userId)))
}
