// Who may touch a conversation: its members, and nobody else learns that it exists.
import type { ConversationRecord } from '#rufer/shared/model/conversation.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'
import type { ChatStore } from '#rufer/server/store/port.ts'

/**
 * The ids of the others in a conversation, for one of its members.
 *
 * @throws ChatError `conversation-not-found` when there is none or the user is not a member
 */
export async function requireMember(
  store: ChatStore,
  userId: string,
  conversationId: string,
): Promise<string[]> {
  const memberIds = await store.getMemberIds(conversationId)
  if (!memberIds.includes(userId)) throw new ChatError('conversation-not-found')
  return memberIds.filter((id) => id !== userId)
}

/**
 * The conversation, for one of its members. With its last message it is much to read: who needs only to know that
 * somebody is a member asks `requireMember`.
 *
 * @throws ChatError `conversation-not-found` when there is none or the user is not a member
 */
export async function requireConversation(
  store: ChatStore,
  userId: string,
  conversationId: string,
): Promise<ConversationRecord> {
  const { conversations } = await store.getConversations({ ids: [conversationId], memberId: userId })
  const [conversation] = conversations
  if (!conversation) throw new ChatError('conversation-not-found')
  return conversation
}

/** @throws ChatError `invalid-params` where both are the same user: nobody has a conversation with oneself */
export function refuseOneself(userId: string, peerId: string): void {
  if (userId !== peerId) return
  const issues = [{ path: 'userId', message: 'give the id of another user' }]
  throw new ChatError('invalid-params', { reason: 'that is you', issues })
}
