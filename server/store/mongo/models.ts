// The collections of the MongoDB engine, and what lies in each.
import type { Collection, Connection } from 'mongoose'
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { Receipt } from '#rufer/shared/model/receipt.ts'
import type { Markers } from '../markers.ts'
import type { Told } from '../outbox.ts'
import type { Change, SecretKind, Sign } from '../port.ts'
import { schemas } from './schemas.ts'

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
