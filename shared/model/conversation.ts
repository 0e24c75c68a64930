// Conversation: the place people talk; always seen by one of its members, whose unread count it carries.
import { z } from 'zod'
import { instant } from './instant.ts'
import { member } from './member.ts'
import { message } from './message.ts'

const conversationRecord = z.object({
  id: z.string(),
  kind: z.literal('direct'),
  members: z.array(member),
  /** the last message's place */
  seq: z.int().min(0),
  /** how many changes it had: messages, receipts and deletions */
  rev: z.int().min(0),
  lastMessage: message.nullable(),
  /** the last message's createdAt, or the conversation's creation */
  updatedAt: instant,
})
/** A conversation as stored: the same for every member. */
export type ConversationRecord = z.infer<typeof conversationRecord>

export const conversation = conversationRecord
  .extend({ unreadCount: z.int().min(0) })
  .meta({ id: 'Conversation' })
export type Conversation = z.infer<typeof conversation>

/**
 * The conversation as one member sees it.
 *
 * Sending reads what came before, so whatever lies beyond the member's read marker was written by somebody else.
 */
export function toConversation(record: ConversationRecord, viewerId: string): Conversation {
  const viewer = record.members.find(({ userId }) => userId === viewerId)
  return { ...record, unreadCount: record.seq - (viewer?.readSeq ?? 0) }
}
