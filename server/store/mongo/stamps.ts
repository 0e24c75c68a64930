// Stamps: the instants at which the other member's markers first covered a message.
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { Collections, MemberDocument, MessageDocument } from './models.ts'
import { toMessage } from './records.ts'

/** Messages of one conversation, with their stamps, in the order given. */
export async function stamp(collections: Collections, messages: MessageDocument[]): Promise<Message[]> {
  const [first] = messages
  if (!first) return []
  const conversation = await collections.conversations.findOne(
    { _id: first.conversationId },
    { projection: { members: 1 } },
  )
  const stampers = await Promise.all(
    (conversation?.members ?? []).map((member) => readStamper(collections, member, messages)),
  )
  return messages.map((message) => {
    const stamper = stampers.find(({ userId }) => userId !== message.senderId)
    return toMessage(message, {
      deliveredAt: stamper?.deliveredAt(message.seq) ?? null,
      readAt: stamper?.readAt(message.seq) ?? null,
    })
  })
}

// --- helpers ---

/** When something covered all messages up to a seq. */
interface Covering {
  through: number
  at: Instant | null
}

interface Span {
  conversationId: string
  userId: string
  from: number
  /** no more than this many coverings can lie in it or end it */
  limit: number
}

/**
 * Two things move a member's marker: their receipts and their own messages. Instants of a conversation never run
 * backwards, so the earlier of the two first ones is the first.
 */
async function readStamper(collections: Collections, member: MemberDocument, messages: MessageDocument[]) {
  const { userId, deliveredSeq, readSeq } = member
  const seqs = messages.filter(({ senderId, seq }) => senderId !== userId && seq <= deliveredSeq)
  const [delivered, read, sent] = await readCoverings(collections, userId, seqs)
  return {
    userId,
    deliveredAt: (seq: number) =>
      seq > deliveredSeq ? null : earlier(firstAt(delivered, seq), firstAt(sent, seq)),
    readAt: (seq: number) => (seq > readSeq ? null : earlier(firstAt(read, seq), firstAt(sent, seq))),
  }
}

async function readCoverings(
  collections: Collections,
  userId: string,
  messages: MessageDocument[],
): Promise<[Covering[], Covering[], Covering[]]> {
  const [one] = messages
  if (!one) return [[], [], []]
  const seqs = messages.map(({ seq }) => seq)
  const from = Math.min(...seqs)
  const { conversationId } = one
  const span = { conversationId, userId, from, limit: Math.max(...seqs) - from + 1 }
  return Promise.all([
    readReceipts(collections, span, { to: 'deliveredTo', at: 'deliveredAt' }),
    readReceipts(collections, span, { to: 'readTo', at: 'readAt' }),
    readOwnMessages(collections, span),
  ])
}

async function readReceipts(
  { receipts }: Collections,
  { conversationId, userId, from, limit }: Span,
  marker: { to: 'deliveredTo'; at: 'deliveredAt' } | { to: 'readTo'; at: 'readAt' },
): Promise<Covering[]> {
  const found = await receipts
    .find(
      { conversationId, userId, [marker.to]: { $gte: from } },
      { projection: { _id: 0, [marker.to]: 1, [marker.at]: 1 } },
    )
    .sort({ [marker.to]: 1 })
    .limit(limit)
    .toArray()
  return found.map((receipt) => ({ through: receipt[marker.to] ?? 0, at: receipt[marker.at] }))
}

/** A message covers those before it. */
async function readOwnMessages(
  { messages }: Collections,
  { conversationId, userId, from, limit }: Span,
): Promise<Covering[]> {
  const found = await messages
    .find(
      { conversationId, senderId: userId, seq: { $gt: from } },
      { projection: { _id: 0, seq: 1, createdAt: 1 } },
    )
    .sort({ seq: 1 })
    .limit(limit)
    .toArray()
  return found.map(({ seq, createdAt }) => ({ through: seq - 1, at: createdAt }))
}

function firstAt(coverings: Covering[], seq: number) {
  return coverings.find(({ through }) => through >= seq)?.at ?? null
}

function earlier(one: Instant | null, other: Instant | null) {
  if (one === null || other === null) return one ?? other
  return one < other ? one : other
}
