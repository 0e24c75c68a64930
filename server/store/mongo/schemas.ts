// The schemas of the collections of the MongoDB engine, with every index, in one place.
import { Schema } from 'mongoose'

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

export const schemas = {
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
