// Messages: storing one in its place, and reading pages of them.
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import { toDirectId } from '../direct-id.ts'
import { READ_AT_ONCE, readPage } from '../page.ts'
import type { AppendOutcome, MessageDraft, MessageQuery } from '../port.ts'
import type { Batch, Operation } from './batch.ts'
import { canOpen, make, recipientsOf } from './conversations.ts'
import type { Collections, ConversationDocument, MessageDocument } from './models.ts'
import { toMessage } from './records.ts'
import { stamp } from './stamps.ts'

/** What became of a draft; a duplicate is then read, with what happened to it since. */
type Appended = Exclude<AppendOutcome, { outcome: 'duplicate' }> | { outcome: 'duplicate' }

export function appendMessage(draft: MessageDraft): Operation<Appended> {
  const { id, senderId, target } = draft
  const userIds: [string, string] | undefined = 'userId' in target ? [senderId, target.userId] : undefined
  const conversationId = 'userId' in target ? toDirectId([senderId, target.userId]) : target.conversationId
  return {
    conversationId,
    messageIds: [id],
    ...(userIds && { userIds }),
    apply(batch) {
      const known = batch.message(id)
      if (known?.senderId === senderId && known.conversationId === conversationId) {
        return { outcome: 'duplicate' }
      }
      const isMember = batch
        .conversation(conversationId)
        ?.members.some(({ userId, isErased }) => userId === senderId && !isErased)
      const refusal = isMember ? undefined : refuse(batch, userIds)
      if (refusal) return refusal
      // Only now, so that nobody learns of ids in conversations that they are no member of.
      if (known) return { outcome: 'id-conflict' }
      if (!isMember && userIds) make(batch, userIds, draft.at)
      return { outcome: 'stored', message: store(batch, conversationId, draft) }
    },
  }
}

/** Moves a conversation to its next rev; the instant is never earlier than that of the rev before. */
export function takeRev(conversation: ConversationDocument, at: Instant): { rev: number; at: Instant } {
  conversation.rev++
  if (at > conversation.latestAt) conversation.latestAt = at
  return { rev: conversation.rev, at: conversation.latestAt }
}

export async function getMessage(collections: Collections, id: string): Promise<Message | undefined> {
  const found = await collections.messages.findOne({ _id: id })
  const [message] = found ? await stamp(collections, [found]) : []
  return message
}

export async function listMessages(
  collections: Collections,
  query: MessageQuery,
): Promise<{ messages: Message[]; hasMore: boolean }> {
  const { conversationId, beforeSeq = Number.MAX_SAFE_INTEGER, afterSeq, limit } = query
  const found = collections.messages
    .find({ conversationId, seq: { $gt: afterSeq ?? 0, $lt: beforeSeq } })
    .sort({ seq: afterSeq === undefined ? -1 : 1 })
    .limit(limit + 1)
    .batchSize(READ_AT_ONCE)
  const { items, hasMore } = await readPage(found, query)
  const messages = await stamp(collections, items)
  return { messages: afterSeq === undefined ? messages.toReversed() : messages, hasMore }
}

// --- helpers ---

/** Why somebody who is no member cannot send there; nothing where their message makes the conversation. */
function refuse(batch: Batch, userIds: [string, string] | undefined): Appended | undefined {
  if (!userIds) return { outcome: 'conversation-not-found' }
  return canOpen(batch, userIds) ? undefined : { outcome: 'user-not-found' }
}

function store(batch: Batch, conversationId: string, { id, senderId, text, at: wanted }: MessageDraft) {
  const conversation = batch.conversation(conversationId)
  if (!conversation) throw new Error('unable to store message; there is no such conversation')
  const { rev, at } = takeRev(conversation, wanted)
  const seq = ++conversation.seq
  const stored: MessageDocument = { _id: id, conversationId, seq, rev, senderId, text, createdAt: at }
  const own = { deliveredSeq: seq, deliveredAt: at, readSeq: seq, readAt: at }
  for (const member of conversation.members) if (member.userId === senderId) Object.assign(member, own)
  conversation.updatedAt = at
  conversation.lastMessage = stored
  batch.putConversation(conversation)
  batch.addMessage(stored)
  const message = toMessage(stored, { deliveredAt: null, readAt: null })
  batch.tell({ kind: 'message.created', conversationId, recipients: recipientsOf(conversation), at, message })
  return message
}
