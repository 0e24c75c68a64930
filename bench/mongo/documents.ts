// Documents as Rufer stores them, made by hand: for writing them past it.
import { v7 } from 'uuid'
import { TEXT } from '#rufer/bench/load/pair.ts'
import type { ConversationDocument, MessageDocument } from '#rufer/server/store/mongo/models.ts'
import type { Change } from '#rufer/server/store/port.ts'

/** Puts the next message, of the one who did not send the last, into a conversation, as it stands in memory. */
export function appendTo(conversation: ConversationDocument): { message: MessageDocument; change: Change } {
  const at = new Date().toISOString()
  const { _id: conversationId, members } = conversation
  const [seq, rev] = [++conversation.seq, ++conversation.rev]
  const sender = members[seq % members.length]
  if (!sender) throw new Error('unable to append; the conversation has no members')
  const { userId: senderId } = sender
  const message = { _id: v7(), conversationId, seq, rev, senderId, text: TEXT, createdAt: at }
  Object.assign(sender, { deliveredSeq: seq, deliveredAt: at, readSeq: seq, readAt: at })
  Object.assign(conversation, { updatedAt: at, latestAt: at, lastMessage: message })
  const { _id: id, ...fields } = message
  return {
    message,
    change: {
      kind: 'message.created',
      conversationId,
      recipients: members.map(({ userId }) => userId),
      at,
      message: { id, ...fields, deliveredAt: null, readAt: null },
    },
  }
}
