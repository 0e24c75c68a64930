// The collections of the MongoDB engine: what lies in each, and every index, in one place.
import { Schema, type Collection, type Connection } from 'mongoose'
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { Receipt } from '#rufer/shared/model/receipt.ts'
import type { Markers } from '../markers.ts'
import type { Told } from '../outbox.ts'
import type { Change, SecretKind, Sign } from '../port.ts'

export interface UserDocument {
  _id: string
  displayName: string
  avatarUrl?: string
  lastSeenAt: Instant | null
  /** nobody is behind the id since then */
  erasedAt?: Instant
  /** how many they are in; whoever opens one writes it, so that a change of profile cannot pass unseen meanwhile */
  conversations: number
}

export interface ConversationDocument {
  _id: string
  kind: 'direct'
  /** in the order of their ids */
  members: MemberDocument[]
  seq: number
  rev: number
  updatedAt: Instant
  /** no later change of the conversation has an earlier instant */
  latestAt: Instant
  lastMessage: MessageDocument | null
  /** counts the writes; without it one that changes nothing else would be no write, and conflict with none */
  version: number
}

export interface MemberDocument extends Markers {
  userId: string
  /** writes nothing into it any more */
  isErased?: true
}

export interface MessageDocument {
  _id: string
  conversationId: string
  seq: number
  rev: number
  senderId: string
  text: string
  createdAt: Instant
  deletedAt?: Instant
}

export interface ReceiptDocument extends Receipt {
  /** the markers that moved, so that each instant is found once */
  deliveredTo?: number
  readTo?: number
}

export interface SecretDocument {
  _id: string
  kind: SecretKind
  userId: string
  expiresAt: Instant
  parentHash: string | null
  /** counts those of a user and kind: the lower, the older */
  order: number
  /** how many were asked for with it; written by whoever puts one, so that ending the parent cannot miss it */
  children: number
}

/** What a user may still ask for of a kind. */
interface AllowanceDocument {
  _id: string
  /** how many there ever were */
  issued: number
  bucket?: { tokens: number; at: number }
}

/** A user who is online, and on which processes; whoever changes either writes it. */
export interface PresenceDocument {
  _id: string
  places: { processId: string; since: Instant }[]
}

/** How far the erasure of a user has come. */
export interface ErasureDocument {
  _id: string
  at: Instant
  /** what is gone through, one after the other */
  stage: 'messages' | 'changes' | 'outbox' | 'done'
  /** the last of them that was; empty before the first */
  after: string
  /** up to there the conversation behind it was */
  seq: number
  /** that were emptied */
  messages: number
  /** by the clock of the server: when a process was last at it */
  touchedAt: Date
}

/** A process that is alive as long as it renews this. */
interface LeaseDocument {
  _id: string
  /** by the clock of the server, which all processes share */
  renewedAt: Date
  /** the same moment by the clock of the process */
  at: Instant
}

export interface ChangeDocument {
  storedAt: Date
  change: Change
}

export interface SignDocument {
  storedAt: Date
  sign: Sign
}

export interface OutboxDocument {
  _id: string
  /** a conversation, or a user's presence */
  topic: string
  /** within the topic */
  order: number
  told: Told
  attempts: number
  failedSince: Instant | null
  nextAt: Instant | null
  isDead: boolean
  deadAt: Instant | null
  reason: string | null
}

/** The one process that sends what is in the outbox. */
interface OutboxLeaseDocument {
  _id: 'sender'
  processId: string
  renewedAt: Date
}

export interface Collections {
  users: Collection<UserDocument>
  conversations: Collection<ConversationDocument>
  messages: Collection<MessageDocument>
  receipts: Collection<ReceiptDocument>
  secrets: Collection<SecretDocument>
  allowances: Collection<AllowanceDocument>
  presences: Collection<PresenceDocument>
  leases: Collection<LeaseDocument>
  changes: Collection<ChangeDocument>
  ephemeral: Collection<SignDocument>
  outbox: Collection<OutboxDocument>
  erasures: Collection<ErasureDocument>
  outboxLease: Collection<OutboxLeaseDocument>
  /** whether this process puts anything into the outbox */
  hasWebhooks: boolean
}

/** Makes the models, and resolves once every collection and index is there. Several processes may do so at once. */
export async function openCollections(
  connection: Connection,
  { hasWebhooks = false }: { hasWebhooks?: boolean } = {},
): Promise<Collections> {
  const models = Object.entries(schemas).map(([name, schema]) => connection.model(name, schema, name))
  await Promise.all(models.map((model) => model.init()))
  return {
    users: connection.collection('users'),
    conversations: connection.collection('conversations'),
    messages: connection.collection('messages'),
    receipts: connection.collection('receipts'),
    secrets: connection.collection('secrets'),
    allowances: connection.collection('allowances'),
    presences: connection.collection('presences'),
    leases: connection.collection('leases'),
    changes: connection.collection('changes'),
    ephemeral: connection.collection('ephemeral'),
    outbox: connection.collection('outbox'),
    erasures: connection.collection('erasures'),
    outboxLease: connection.collection('outboxLease'),
    hasWebhooks,
  }
}

// --- helpers ---

/** Catching up never needs changes; a day of them is for whoever looks into what happened. */
const KEEP_CHANGES_S = 24 * 3_600
const KEEP_SIGNS_S = 60

const options = { versionKey: false } as const
const text = { type: String, required: true } as const
const count = { type: Number, required: true } as const
const instantOrNull = { type: String, default: null } as const

const messageFields = {
  _id: text,
  conversationId: text,
  seq: count,
  rev: count,
  senderId: text,
  text,
  createdAt: text,
  deletedAt: String,
}
const markerFields = {
  userId: text,
  deliveredSeq: count,
  deliveredAt: instantOrNull,
  readSeq: count,
  readAt: instantOrNull,
}

const schemas = {
  users: new Schema(
    {
      _id: text,
      displayName: text,
      avatarUrl: String,
      lastSeenAt: instantOrNull,
      erasedAt: String,
      conversations: count,
    },
    options,
  ),
  conversations: new Schema(
    {
      _id: text,
      kind: text,
      members: [new Schema({ ...markerFields, isErased: Boolean }, { _id: false })],
      seq: count,
      rev: count,
      updatedAt: text,
      latestAt: text,
      lastMessage: { type: new Schema(messageFields), default: null },
      version: count,
    },
    options,
  )
    .index({ 'members.userId': 1, updatedAt: -1, _id: 1 })
    .index({ 'members.userId': 1, _id: 1 }),
  messages: new Schema(messageFields, options)
    .index({ conversationId: 1, seq: 1 }, { unique: true })
    .index({ conversationId: 1, rev: 1 }, { unique: true })
    .index({ conversationId: 1, senderId: 1, seq: 1, createdAt: 1 }),
  receipts: new Schema(
    { conversationId: text, rev: count, ...markerFields, deliveredTo: Number, readTo: Number },
    options,
  )
    .index({ conversationId: 1, rev: 1 }, { unique: true })
    .index(
      { conversationId: 1, userId: 1, deliveredTo: 1, deliveredAt: 1 },
      { partialFilterExpression: { deliveredTo: { $exists: true } } },
    )
    .index(
      { conversationId: 1, userId: 1, readTo: 1, readAt: 1 },
      { partialFilterExpression: { readTo: { $exists: true } } },
    ),
  secrets: new Schema(
    {
      _id: text,
      kind: text,
      userId: text,
      expiresAt: text,
      parentHash: instantOrNull,
      order: count,
      children: count,
    },
    options,
  )
    .index({ userId: 1, kind: 1, order: 1 })
    .index({ parentHash: 1 }, { sparse: true })
    .index({ expiresAt: 1 }),
  allowances: new Schema({ _id: text, issued: count, bucket: { tokens: Number, at: Number } }, options),
  presences: new Schema(
    { _id: text, places: [new Schema({ processId: text, since: text }, { _id: false })] },
    options,
  ).index({ 'places.processId': 1 }),
  leases: new Schema({ _id: text, renewedAt: Date, at: text }, options),
  changes: new Schema({ storedAt: Date, change: Schema.Types.Mixed }, options).index(
    { storedAt: 1 },
    { expireAfterSeconds: KEEP_CHANGES_S },
  ),
  ephemeral: new Schema({ storedAt: Date, sign: Schema.Types.Mixed }, options).index(
    { storedAt: 1 },
    { expireAfterSeconds: KEEP_SIGNS_S },
  ),
  outbox: new Schema(
    {
      _id: text,
      topic: text,
      order: count,
      told: Schema.Types.Mixed,
      attempts: count,
      failedSince: instantOrNull,
      nextAt: instantOrNull,
      isDead: { type: Boolean, required: true },
      deadAt: instantOrNull,
      reason: instantOrNull,
    },
    options,
  )
    .index({ topic: 1, isDead: 1, order: 1, _id: 1 })
    .index({ isDead: 1, _id: 1 }),
  erasures: new Schema(
    { _id: text, at: text, stage: text, after: String, seq: count, messages: count, touchedAt: Date },
    options,
  ).index({ stage: 1, touchedAt: 1 }),
  outboxLease: new Schema({ _id: text, processId: text, renewedAt: Date }, options),
}
