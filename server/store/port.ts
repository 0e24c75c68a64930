// The port of persistence: what the services ask of a store, whichever engine stands behind it.
import type { ConversationRecord } from '#rufer/shared/model/conversation.ts'
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { Presence } from '#rufer/shared/model/presence.ts'
import type { Receipt } from '#rufer/shared/model/receipt.ts'
import type { User } from '#rufer/shared/model/user.ts'

/**
 * A store of chats.
 *
 * Every method that writes resolves only once the write is durable, with its changes, whole or not at all; what a
 * rule refuses is an outcome, not an error. Any method rejects with a `StoreError` when the store cannot be used.
 * All instants come from the caller; the store only keeps those of one conversation from running backwards.
 */
export interface ChatStore {
  readonly engine: 'sqlite' | 'mongodb'
  /** this process among those that share the store */
  readonly processId: string

  /**
   * Registers a user or updates the profile; a changed profile is a change of each of the user's conversations.
   *
   * The user is written first and whole. The changes follow in writes of a bounded size, with others in between, and are
   * all in the feed when the call resolves; each carries the profile of its own instant, so that of several changes at
   * once the newest is told last. A crash or failure in between loses only events, which clients make up for by listing
   * their conversations when they reconnect.
   */
  putUser(user: User, at: Instant): Promise<PutUserOutcome>
  /** The registered ones among the ids, in no particular order; of a user's peers alone where there is one given. */
  getUsers(userIds: string[], peerOf?: string): Promise<StoredUser[]>

  /**
   * Keeps that users came online or went offline on this process, in the order given; of unknown users nothing. It is
   * one transaction, so the caller bounds how many.
   *
   * Whoever is online on another process stays so. Of those who came online or went offline everywhere the feed tells,
   * for each user in the order in which that is stored.
   */
  putPresences(marks: PresenceMark[]): Promise<void>
  /**
   * Keeps that this process is alive. Users that a process left online when it crashed were last seen at its last
   * renewal; those of one that kept silent for 30 s are settled, and told of, with the next renewal of another.
   */
  renewLease(at: Instant): Promise<LeaseRenewal>

  /** The direct conversation of two different users, made if there is none. */
  openConversation(userIds: [string, string], at: Instant): Promise<OpenOutcome>
  /** The existing ones among the ids, with members, in no particular order; and the ids of those that no longer fit. */
  getConversations(
    lookup: ConversationLookup,
  ): Promise<{ conversations: ConversationRecord[]; remaining: string[] }>
  /** Everyone's id in a conversation, in order; none where there is no such conversation. */
  getMemberIds(conversationId: string): Promise<string[]>
  /** A user's conversations after a place in the list: newest `updatedAt` first, ties by id ascending. */
  listConversations(
    query: ConversationQuery,
  ): Promise<{ conversations: ConversationRecord[]; hasMore: boolean }>

  /** Appends a message with the next seq and rev, and moves the sender's own markers to it. */
  appendMessage(draft: MessageDraft): Promise<AppendOutcome>
  /** A message by its id, whatever its conversation. */
  getMessage(id: string): Promise<Message | undefined>
  /** A page of messages, ascending by seq; without a bound the newest ones. Bounds are exclusive. */
  listMessages(query: MessageQuery): Promise<{ messages: Message[]; hasMore: boolean }>
  /** Messages and receipts with `afterRev < rev <= throughRev`, each ascending by rev, the first page of both together. */
  listRevisions(query: RevisionQuery): Promise<{ messages: Message[]; receipts: Receipt[]; hasMore: boolean }>
  /** Moves a member's markers forward, capped at the conversation's seq; `readSeq` lifts `deliveredSeq`. */
  moveReceipt(move: ReceiptMove): Promise<ReceiptOutcome>

  /** Keeps a secret's hash; with `allowance` only so many a user. */
  putSecret(secret: Secret, at: Instant, allowance?: SecretAllowance): Promise<SecretOutcome>
  /** A secret of this kind that has not expired. */
  peekSecret(key: SecretKey, at: Instant): Promise<Secret | undefined>
  /** Takes a secret out: of many callers at once exactly one gets it. */
  takeSecret(key: SecretKey, at: Instant): Promise<Secret | undefined>
  /** Ends all secrets of a user, or one secret and those whose parent it is; tells how many. */
  voidSecrets(which: { userId: string } | { hash: string }): Promise<number>

  /**
   * Tells every process that watches, this one too. Resolves once they will hear of it, before all that is stored from
   * then on. Nothing of it is kept.
   *
   * @returns how many processes share the store just now
   */
  tell(sign: Sign): Promise<number>
  /**
   * The change feed from this call on, in commit order, until the signal aborts, which ends the iteration; and the
   * signs that are told meanwhile. No change committed after the call is missed, however late the first item is asked for.
   *
   * @throws StoreError while it is read, where changes were missed
   */
  watch(signal: AbortSignal): AsyncIterable<Change | Sign>
  /** Finishes what was accepted and lets the engine go; later calls reject. */
  close(): Promise<void>
}

/** `user-erased`: nothing was written, as the id is never given out again. */
export interface PutUserOutcome {
  outcome: 'created' | 'updated' | 'user-erased'
}

export interface StoredUser extends User {
  /** nobody is behind the id any more; their conversations are still those of others */
  isErased: boolean
  /** on any process */
  isOnline: boolean
  /** when the user was last seen to go offline; null if never */
  lastSeenAt: Instant | null
}

export interface PresenceMark {
  userId: string
  isOnline: boolean
  /** when that began; of who went offline, when they were last seen */
  at: Instant
}

export interface LeaseRenewal {
  /** this process itself was taken for dead meanwhile: whom it has online must be put again */
  isRevived: boolean
}

/** Where a message goes: into a conversation, or to a user, whose direct conversation is made on the way. */
export type MessageTarget = { conversationId: string } | { userId: string }

export interface MessageDraft {
  id: string
  senderId: string
  target: MessageTarget
  text: string
  at: Instant
}

/**
 * `duplicate`: this sender already stored this id for this target; the stored message comes back whatever the text.
 * `id-conflict`: the id is anything else's. `conversation-not-found` also where the sender is no member.
 */
export type AppendOutcome =
  | { outcome: 'stored' | 'duplicate'; message: Message }
  | { outcome: 'id-conflict' | 'conversation-not-found' | 'user-not-found' }

export type OpenOutcome =
  | { outcome: 'made' | 'existed'; conversation: ConversationRecord }
  | { outcome: 'user-not-found' }

export interface ConversationLookup {
  ids: string[]
  /** only those of which this user is a member */
  memberId?: string
  /** only those whose rev is beyond the one given for them */
  beyond?: Record<string, number>
  /** as in a page, of the texts of their last messages */
  maxBytes?: number
}

export interface ConversationQuery extends PageBounds {
  userId: string
  after?: { updatedAt: Instant; id: string }
}

/**
 * How much one page may hold, so that an engine reads no more than that. At `limit` items it ends, and with the item
 * at which the texts of the page, in bytes of UTF-8, reach `maxBytes`. One item at least is in it where there is one.
 */
export interface PageBounds {
  limit: number
  /** without one the texts are not counted */
  maxBytes?: number
}

export interface MessageQuery extends PageBounds {
  conversationId: string
  beforeSeq?: number
  afterSeq?: number
}

export interface RevisionQuery extends PageBounds {
  conversationId: string
  afterRev: number
  throughRev: number
}

export interface ReceiptMove {
  conversationId: string
  userId: string
  deliveredSeq?: number
  readSeq?: number
  at: Instant
}

/** Where the markers stand now; `conversation-not-found` also where the user is no member. */
export type ReceiptOutcome =
  | { outcome: 'moved' | 'unmoved'; deliveredSeq: number; readSeq: number }
  | { outcome: 'conversation-not-found' }

/** token: opens one connection. link: signs one browser in. browser: a signed-in browser. */
export type SecretKind = 'token' | 'link' | 'browser'

export interface SecretKey {
  hash: string
  kind: SecretKind
}

export interface Secret extends SecretKey {
  userId: string
  expiresAt: Instant
  /** the hash of the browser session that asked for it; null where a back end did */
  parentHash: string | null
}

export interface SecretAllowance {
  /** a token bucket a user and kind, kept in the store so that it holds over all processes; 0 a second is off */
  rate: { perSecond: number; burst: number }
  /** how many of the kind a user may hold unexpired: the oldest give way; 0 is off */
  unused: number
}

/** `parent-not-found`: the browser session has ended meanwhile. */
export type SecretOutcome =
  | { outcome: 'stored' }
  | { outcome: 'rate-limited'; retryAfterMs: number }
  | { outcome: 'user-not-found' | 'parent-not-found' }

/** A stored mutation, with all that is needed to tell the members' connections of it. */
export type Change = { conversationId: string; recipients: string[]; at: Instant } & (
  | { kind: 'conversation.updated'; conversation: ConversationRecord }
  | { kind: 'message.created' | 'message.updated'; message: Message }
  | { kind: 'receipt.updated'; receipt: Receipt }
)

/** What a process tells all of them, itself too, without keeping it. */
export type Sign = { processId: string; at: Instant } & (
  | { kind: 'pulse' }
  | {
      kind: 'typing.started' | 'typing.stopped'
      conversationId: string
      userId: string
      recipients: string[]
    }
  | { kind: 'presence.changed'; presence: Presence }
  | { kind: 'sessions.ended'; requestId: string; which: SessionOwner }
  | { kind: 'sessions.counted'; requestId: string; count: number }
)

/** Whose connections are meant: a user's, or those opened from one browser session. */
export type SessionOwner = { userId: string } | { parentHash: string }

/** The store cannot be used just now; whether the write happened, sending it again settles. */
export class StoreError extends Error {
  readonly code: 'store-unavailable' | 'overloaded'

  constructor(code: StoreError['code'], options?: ErrorOptions) {
    super(code, options)
    this.name = 'StoreError'
    this.code = code
  }
}
