// What is left of an erased user in whatever tells of it: no name, no picture, no text.
import type { ConversationRecord } from '#rufer/shared/model/conversation.ts'
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { Told } from './outbox.ts'
import type { Change } from './port.ts'

/** Instead of a name. */
export const ERASED_NAME = 'Deleted user'

export interface Erased {
  userId: string
  /** when that began */
  at: Instant
}

/** What was to be told, without what it tells of the user; undefined where that is nothing. */
export function scrub(told: Change, erased: Erased): Change | undefined
export function scrub(told: Told, erased: Erased): Told | undefined
export function scrub(told: Change | Told, erased: Erased): Change | Told | undefined {
  if ('message' in told)
    return isOf(erased, told.message) ? { ...told, message: withoutText(told.message, erased.at) } : undefined
  if ('conversation' in told && told.recipients.includes(erased.userId))
    return { ...told, conversation: withoutUser(told.conversation, erased) }
  return undefined
}

/** A message as it is once it was deleted. */
export function withoutText(message: Message, deletedAt: Instant): Message {
  return { ...message, text: '', deletedAt: message.deletedAt ?? deletedAt }
}

// --- helpers ---

function isOf({ userId }: Erased, { senderId }: Pick<Message, 'senderId'>) {
  return senderId === userId
}

function withoutUser(conversation: ConversationRecord, erased: Erased): ConversationRecord {
  const { lastMessage } = conversation
  return {
    ...conversation,
    members: conversation.members.map((member) => {
      if (member.userId !== erased.userId) return member
      const { avatarUrl: _, ...rest } = member
      return { ...rest, displayName: ERASED_NAME }
    }),
    lastMessage: lastMessage && isOf(erased, lastMessage) ? withoutText(lastMessage, erased.at) : lastMessage,
  }
}
