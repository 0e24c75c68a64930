// A batch: the operations of one transaction. All that they need is read first, they change it in memory, all is written.
import type { Change } from '../port.ts'
import type {
  Collections,
  ConversationDocument,
  MessageDocument,
  ReceiptDocument,
  UserDocument,
} from './models.ts'
import { putIntoOutbox } from './outbox.ts'
import type { Session } from './transactions.ts'

export interface Operation<Result> {
  /** the one conversation that it reads or writes */
  conversationId: string
  /** the messages that it must know, or whose ids it takes */
  messageIds?: string[]
  /** the users that it must know */
  userIds?: string[]
  /** Reads and changes what the batch holds, and nothing else; it may run more than once. */
  apply: (batch: Batch) => Result
}

/** What operations see of each other: the documents as they will be once the batch is written. */
export interface Batch {
  conversation: (id: string) => ConversationDocument | undefined
  user: (id: string) => UserDocument | undefined
  message: (id: string) => MessageDocument | undefined
  /** Puts a conversation, new or changed. */
  putConversation: (conversation: ConversationDocument) => void
  addMessage: (message: MessageDocument) => void
  /** Puts a message that was stored, and is changed. */
  putMessage: (message: MessageDocument) => void
  addReceipt: (receipt: ReceiptDocument) => void
  /** What the feed tells, in this order. */
  tell: (change: Change) => void
}

/** Runs operations in a transaction, whose calls must come one after the other. */
export async function runBatch(
  collections: Collections,
  session: Session,
  operations: Operation<void>[],
): Promise<void> {
  const batch = createBatch(await readDocuments(collections, session, operations))
  for (const operation of operations) operation.apply(batch)
  await writeDocuments(collections, session, batch.writes)
}

/** Documents by their ids. */
export function byId<Document extends { _id: string }>(documents: Document[]): Map<string, Document> {
  return new Map(
    documents.map((document) => {
      const { _id: id } = document
      return [id, document]
    }),
  )
}

// --- helpers ---

interface Documents {
  conversations: Map<string, ConversationDocument>
  users: Map<string, UserDocument>
  messages: Map<string, MessageDocument>
}

interface Writes {
  made: ConversationDocument[]
  changed: Set<ConversationDocument>
  messages: MessageDocument[]
  updated: MessageDocument[]
  receipts: ReceiptDocument[]
  changes: Change[]
}

async function readDocuments(
  { conversations, users, messages }: Collections,
  session: Session,
  operations: Operation<void>[],
): Promise<Documents> {
  const conversationIds = operations.map(({ conversationId }) => conversationId)
  const messageIds = operations.flatMap((operation) => operation.messageIds ?? [])
  const userIds = operations.flatMap((operation) => operation.userIds ?? [])
  return {
    conversations: byId(await conversations.find(oneOf(conversationIds), { session }).toArray()),
    messages: byId(
      messageIds.length > 0 ? await messages.find(oneOf(messageIds), { session }).toArray() : [],
    ),
    users: byId(userIds.length > 0 ? await users.find(oneOf(userIds), { session }).toArray() : []),
  }
}

function createBatch({ conversations, users, messages }: Documents): Batch & { writes: Writes } {
  const writes: Writes = {
    made: [],
    changed: new Set(),
    messages: [],
    updated: [],
    receipts: [],
    changes: [],
  }
  return {
    writes,
    conversation: (id) => conversations.get(id),
    user: (id) => users.get(id),
    message: (id) => messages.get(id),
    putConversation(conversation) {
      const { _id: id } = conversation
      const isKnown = conversations.has(id)
      conversations.set(id, conversation)
      if (!isKnown) writes.made.push(conversation)
      else if (!writes.made.includes(conversation)) writes.changed.add(conversation)
    },
    addMessage(message) {
      const { _id: id } = message
      messages.set(id, message)
      writes.messages.push(message)
    },
    putMessage: (message) => void writes.updated.push(message),
    addReceipt: (receipt) => void writes.receipts.push(receipt),
    tell: (change) => void writes.changes.push(change),
  }
}

async function writeDocuments(collections: Collections, session: Session, writes: Writes) {
  const { made, changed, messages, updated, receipts, changes } = writes
  const storedAt = new Date()
  if (made.length > 0) {
    await collections.conversations.insertMany(made, { session })
    await collections.users.bulkWrite(made.flatMap(countConversation), { session })
  }
  if (changed.size > 0) await collections.conversations.bulkWrite([...changed].map(toUpdate), { session })
  if (messages.length > 0) await collections.messages.insertMany(messages, { session })
  if (updated.length > 0) await collections.messages.bulkWrite(updated.map(toReplacement), { session })
  if (receipts.length > 0) await collections.receipts.insertMany(receipts, { session })
  if (changes.length > 0) {
    await collections.changes.insertMany(
      changes.map((change) => ({ storedAt, change })),
      { session },
    )
    await putIntoOutbox(collections, session, changes.flatMap(toTold))
  }
}

/** A conversation's events are ordered by its revs. */
function toTold(change: Change) {
  if (change.kind === 'conversation.updated') return []
  const { rev } = 'message' in change ? change.message : change.receipt
  return [{ topic: change.conversationId, order: rev, told: change }]
}

function countConversation({ members }: ConversationDocument) {
  return members.map(({ userId }) => ({
    updateOne: { filter: { _id: userId }, update: { $inc: { conversations: 1 } } },
  }))
}

function toUpdate({ _id, ...fields }: ConversationDocument) {
  return { updateOne: { filter: { _id }, update: { $set: { ...fields, version: fields.version + 1 } } } }
}

function toReplacement({ _id, ...fields }: MessageDocument) {
  return { updateOne: { filter: { _id }, update: { $set: fields } } }
}

function oneOf(ids: string[]) {
  return { _id: { $in: [...new Set(ids)] } }
}
