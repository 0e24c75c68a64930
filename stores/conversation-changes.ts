// What a message, a receipt or a newer view makes of a conversation. Pure; nothing ever moves backwards.
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { Member } from '#rufer/shared/model/member.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { Receipt } from '#rufer/shared/model/receipt.ts'

type Newest = Pick<Conversation, 'seq' | 'lastMessage'>
type Markers = Pick<Member, 'userId' | 'deliveredSeq' | 'deliveredAt' | 'readSeq' | 'readAt'>

/** Two views of one conversation; profiles are those of `next`, since they take no rev. */
export function mergeConversation(
  old: Conversation | undefined,
  next: Conversation,
  viewerId: string,
): Conversation {
  if (!old) return next
  const newest = isNewer(next, old) ? next : old
  const members = next.members.map((member) => {
    const known = old.members.find(({ userId }) => userId === member.userId)
    return known ? { ...member, ...furthest(known, member) } : member
  })
  return counted({ ...next, ...pickNewest(newest), rev: Math.max(old.rev, next.rev), members }, viewerId)
}

/** Sending reads what came before: the sender's markers move along. */
export function withMessage(conversation: Conversation, message: Message, viewerId: string): Conversation {
  const { senderId, seq, createdAt } = message
  const markers = {
    userId: senderId,
    deliveredSeq: seq,
    deliveredAt: createdAt,
    readSeq: seq,
    readAt: createdAt,
  }
  const moved = withMarkers(conversation, markers)
  const isNewest = isNewer({ seq, lastMessage: message }, conversation)
  return counted(isNewest ? { ...moved, seq, lastMessage: message, updatedAt: createdAt } : moved, viewerId)
}

export function withReceipt(conversation: Conversation, receipt: Markers, viewerId: string): Conversation {
  return counted(withMarkers(conversation, receipt), viewerId)
}

export function memberOf(conversation: Conversation, userId: string): Member | undefined {
  return conversation.members.find((member) => member.userId === userId)
}

/** The other one of a direct conversation. */
export function peerOf(conversation: Conversation, viewerId: string): Member | undefined {
  return conversation.members.find(({ userId }) => userId !== viewerId)
}

/**
 * Stamps what a member's marker covers: messages of others get the instant they were delivered and read. Instants of a
 * conversation never run backwards, so the earliest is the first, also where a message that came before is told later.
 *
 * @returns the same array when nothing changed
 */
export function stamp(messages: readonly Message[], receipt: Omit<Receipt, 'rev'>): readonly Message[] {
  const stamped = messages.map((message) => stampOne(message, receipt))
  return stamped.some((message, index) => message !== messages[index]) ? stamped : messages
}

function stampOne(message: Message, receipt: Omit<Receipt, 'rev'>): Message {
  const { seq, senderId } = message
  if (senderId === receipt.userId) return message
  const deliveredAt =
    seq <= receipt.deliveredSeq ? first(message.deliveredAt, receipt.deliveredAt) : message.deliveredAt
  const readAt = seq <= receipt.readSeq ? first(message.readAt, receipt.readAt) : message.readAt
  const isKnown = deliveredAt === message.deliveredAt && readAt === message.readAt
  return isKnown ? message : { ...message, deliveredAt, readAt }
}

function first(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b
  return a < b ? a : b
}

function withMarkers(conversation: Conversation, markers: Markers): Conversation {
  const members = conversation.members.map((member) =>
    member.userId === markers.userId ? { ...member, ...furthest(member, markers) } : member,
  )
  return { ...conversation, members }
}

function furthest(a: Markers, b: Markers) {
  const delivered = b.deliveredSeq > a.deliveredSeq ? b : a
  const read = b.readSeq > a.readSeq ? b : a
  return {
    deliveredSeq: delivered.deliveredSeq,
    deliveredAt: delivered.deliveredAt,
    readSeq: read.readSeq,
    readAt: read.readAt,
  }
}

/** Of two forms of the same last message the later has the higher rev: a deleted one does not come back. */
function isNewer(a: Newest, b: Newest): boolean {
  if (a.seq !== b.seq) return a.seq > b.seq
  return (a.lastMessage?.rev ?? 0) >= (b.lastMessage?.rev ?? 0)
}

function pickNewest({ seq, lastMessage, updatedAt }: Conversation) {
  return { seq, lastMessage, updatedAt }
}

function counted(conversation: Conversation, viewerId: string): Conversation {
  const readSeq = memberOf(conversation, viewerId)?.readSeq ?? 0
  return { ...conversation, unreadCount: Math.max(0, conversation.seq - readSeq) }
}
