// Erasures: all that a user wrote is emptied bit by bit, by operations that may be done twice, with the place that was come to.
import mongoose from 'mongoose'
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { ErasureProgress } from '../duties.ts'
import { ERASED_NAME, scrub, withoutText } from '../erased.ts'
import type { Operation } from './batch.ts'
import { announceConversation, recipientsOf } from './conversations.ts'
import { listMemberships } from './memberships.ts'
import { takeRev } from './messages.ts'
import type { Collections, ConversationDocument, ErasureDocument } from './models.ts'
import { stamp } from './stamps.ts'
import type { Transact } from './transactions.ts'
import type { Writer } from './writer.ts'

const { ObjectId } = mongoose.mongo

export interface Erasing {
  collections: Collections
  transact: Transact
  writer: Writer
}

/** Tells whether there is such a user, or was one. */
export function beginErasure(
  { collections: { users, secrets, erasures }, transact }: Erasing,
  userId: string,
  at: Instant,
): Promise<boolean> {
  return transact(async (session) => {
    const { matchedCount } = await users.updateOne(
      { _id: userId, erasedAt: { $exists: false } },
      { $set: { displayName: ERASED_NAME, erasedAt: at }, $unset: { avatarUrl: '' } },
      { session },
    )
    if (matchedCount === 0) return (await erasures.findOne({ _id: userId }, { session })) !== null
    await secrets.deleteMany({ userId }, { session })
    const begun = { stage: 'messages', after: '', seq: 0, messages: 0, touchedAt: new Date() } as const
    await erasures.insertOne({ _id: userId, at, ...begun }, { session })
    return true
  })
}

/** Goes on a little. */
export async function eraseSome(erasing: Erasing, userId: string, at: Instant): Promise<ErasureProgress> {
  const { erasures } = erasing.collections
  const erasure = await erasures.findOne({ _id: userId })
  if (!erasure) throw new Error('unable to erase user; it has not begun')
  const { _id, stage, after, seq, messages } = erasure
  if (stage === 'done') return { messages, isDone: true }
  const { emptied: more = 0, ...next } = await stages[stage](erasing, erasure, at)
  // who was at it meanwhile, too, has come as far
  await erasures.updateOne({ _id, stage, after, seq }, [
    { $set: { ...toLiterals(next), messages: { $add: ['$messages', more] }, touchedAt: '$$NOW' } },
  ])
  return { messages: messages + more, isDone: next.stage === 'done' }
}

/** Those that no process was at for a while. */
export async function listErasures({ erasures }: Collections): Promise<string[]> {
  const isLeft = { $expr: { $lt: ['$touchedAt', { $subtract: ['$$NOW', LEFT_MS] }] } }
  const found = await erasures
    .find({ stage: { $in: ['messages', 'changes', 'outbox'] }, ...isLeft }, { projection: { _id: 1 } })
    .toArray()
  return found.map(({ _id: userId }) => userId)
}

// --- helpers ---

/** So many messages are emptied in one transaction. */
const EMPTIED_AT_ONCE = 25
/** So many changes or events are looked at at once. */
const TOLD_AT_ONCE = 100
const LEFT_MS = 30_000

/** Where it goes on, and how many messages are empty that were not counted yet. */
interface Next extends Pick<ErasureDocument, 'stage' | 'after' | 'seq'> {
  emptied?: number
}

type Step = (erasing: Erasing, erasure: ErasureDocument, at: Instant) => Promise<Next>

const stages: Record<Exclude<ErasureDocument['stage'], 'done'>, Step> = {
  messages: emptyMessages,
  changes: scrubChanges,
  outbox: scrubOutbox,
}

/** Some of the messages of the conversation behind the last one that is done; before its first ones it tells of the user. */
async function emptyMessages(
  { collections, writer }: Erasing,
  { _id: userId, after, seq }: ErasureDocument,
  at: Instant,
): Promise<Next> {
  const { ids } = await listMemberships(collections, { userId, afterId: after, limit: 1 })
  const [conversationId] = ids
  if (conversationId === undefined) return { stage: 'changes', after: '', seq: 0 }
  if (seq === 0) await writer.write(leave(await requireConversation(collections, conversationId), userId, at))
  const own = await collections.messages
    .find({ conversationId, senderId: userId, seq: { $gt: seq } })
    .sort({ seq: 1 })
    .limit(EMPTIED_AT_ONCE)
    .toArray()
  if (own.length > 0) await writer.write(empty(await stamp(collections, own), conversationId, at))
  const last = own.at(-1)
  if (last && own.length === EMPTIED_AT_ONCE) return { stage: 'messages', after, seq: last.seq }
  // counted here, as those above may be emptied twice
  const emptied = await collections.messages.countDocuments({ conversationId, senderId: userId })
  return { stage: 'messages', after: conversationId, seq: 0, emptied }
}

async function requireConversation({ conversations }: Collections, id: string) {
  const found = await conversations.findOne({ _id: id })
  if (!found) throw new Error('unable to erase user; a conversation is gone')
  return found
}

/** From then on the user writes nothing into a conversation, which tells who is left. */
function leave(conversation: ConversationDocument, userId: string, at: Instant): Operation<void> {
  return announceConversation(conversation, at, ({ members }) => {
    for (const member of members) if (member.userId === userId) member.isErased = true
  })
}

/** Each message takes a rev of the conversation, and is told. */
function empty(messages: Message[], conversationId: string, wanted: Instant): Operation<void> {
  return {
    conversationId,
    messageIds: messages.map(({ id }) => id),
    apply(batch) {
      const conversation = batch.conversation(conversationId)
      if (!conversation) return
      const recipients = recipientsOf(conversation)
      for (const before of messages) {
        const stored = batch.message(before.id)
        if (!stored || stored.deletedAt !== undefined) continue
        const { rev, at } = takeRev(conversation, wanted)
        Object.assign(stored, { text: '', rev, deletedAt: at })
        if (conversation.lastMessage?.seq === stored.seq) conversation.lastMessage = stored
        batch.putMessage(stored)
        const message = { ...withoutText(before, at), rev }
        batch.tell({ kind: 'message.updated', conversationId, recipients, at, message })
      }
      batch.putConversation(conversation)
    },
  }
}

async function scrubChanges(
  { collections: { changes } }: Erasing,
  { _id: userId, at, after }: ErasureDocument,
): Promise<Next> {
  const behind = after === '' ? {} : { _id: { $gt: new ObjectId(after) } }
  const found = await changes.find(behind).sort({ _id: 1 }).limit(TOLD_AT_ONCE).toArray()
  const updates = found.flatMap(({ _id, change: told }) => {
    const change = scrub(told, { userId, at })
    return change ? [{ updateOne: { filter: { _id }, update: { $set: { change } } } }] : []
  })
  if (updates.length > 0) await changes.bulkWrite(updates)
  const last = found.at(-1)
  return last && found.length === TOLD_AT_ONCE
    ? { stage: 'changes', after: last['_id'].toHexString(), seq: 0 }
    : { stage: 'outbox', after: '', seq: 0 }
}

async function scrubOutbox(
  { collections: { outbox } }: Erasing,
  { _id: userId, at, after }: ErasureDocument,
): Promise<Next> {
  const found = await outbox
    .find({ _id: { $gt: after } })
    .sort({ _id: 1 })
    .limit(TOLD_AT_ONCE)
    .toArray()
  const updates = found.flatMap(({ _id, told: before }) => {
    const told = scrub(before, { userId, at })
    return told ? [{ updateOne: { filter: { _id }, update: { $set: { told } } } }] : []
  })
  if (updates.length > 0) await outbox.bulkWrite(updates)
  const last = found.at(-1)
  return last && found.length === TOLD_AT_ONCE
    ? { stage: 'outbox', after: last['_id'], seq: 0 }
    : { stage: 'done', after: '', seq: 0 }
}

function toLiterals({ stage, after, seq }: Next) {
  return { stage: { $literal: stage }, after: { $literal: after }, seq }
}
