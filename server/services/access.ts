// Who may touch a conversation: its members, and nobody else learns that it exists.
import type { ConversationRecord } from '#rufer/shared/model/conversation.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'
import type { ChatStore } from '#rufer/server/store/port.ts'

/**
 * The conversation, for one of its members.
 *
 * @throws ChatError `conversation-not-found` when there is none or the user is not a member
 */
export async function requireMember(
  store: ChatStore,
  userId: string,
  conversationId: string,
): Promise<ConversationRecord> {
  const { conversations } = await store.getConversations({ ids: [conversationId], memberId: userId })
  const [conversation] = conversations
  if (!conversation) throw new ChatError('conversation-not-found')
  return conversation
}

/** The ids of the others in a conversation. */
export function otherMembers(conversation: ConversationRecord, userId: string): string[] {
  return conversation.members.map((member) => member.userId).filter((id) => id !== userId)
}

/** @throws ChatError `invalid-params` where both are the same user: nobody has a conversation with oneself */
export function refuseOneself(userId: string, peerId: string): void {
  if (userId !== peerId) return
  const issues = [{ path: 'userId', message: 'give the id of another user' }]
  throw new ChatError('invalid-params', { reason: 'that is you', issues })
}
