// Documents as the port knows them: users, and conversations with the profiles of their members.
import type { ConversationRecord } from '#rufer/shared/model/conversation.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { User } from '#rufer/shared/model/user.ts'
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { ConversationDocument, MessageDocument, UserDocument } from './models.ts'

export function toUser({ _id, displayName, avatarUrl }: UserDocument): User {
  return { userId: _id, displayName, ...(avatarUrl !== undefined && { avatarUrl }) }
}

export function toRecord(
  conversation: ConversationDocument,
  userOf: (userId: string) => UserDocument | undefined,
): ConversationRecord {
  const { _id, kind, seq, rev, updatedAt } = conversation
  const members = conversation.members.flatMap(({ userId, deliveredSeq, deliveredAt, readSeq, readAt }) => {
    const user = userOf(userId)
    return user ? { ...toUser(user), deliveredSeq, deliveredAt, readSeq, readAt } : []
  })
  return { id: _id, kind, members, seq, rev, lastMessage: toLastMessage(conversation), updatedAt }
}

export function toMessage(
  { _id, ...fields }: MessageDocument,
  covered: { deliveredAt: Instant | null; readAt: Instant | null },
): Message {
  return { id: _id, ...fields, ...covered }
}

// --- helpers ---

/** Markers end at the last message, so one that covers it moved there when it first did. */
function toLastMessage({ lastMessage, members }: ConversationDocument) {
  if (!lastMessage) return null
  const { seq, senderId } = lastMessage
  const other = members.find(({ userId }) => userId !== senderId)
  return toMessage(lastMessage, {
    deliveredAt: other && other.deliveredSeq >= seq ? other.deliveredAt : null,
    readAt: other && other.readSeq >= seq ? other.readAt : null,
  })
}
