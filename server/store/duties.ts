// The port of what is owed to those who are told of in the data: giving out all of a user, erasing it, and keeping nothing
// longer than it is of use. So the chat's port stays small.
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { Outbox } from './outbox.ts'
import type { ChatStore } from './port.ts'

/** A store as an engine makes it: the chat's, and the duties on the same data. */
export interface Store extends ChatStore {
  readonly duties: Duties
  readonly outbox: Outbox
}

/** Rejects as the methods of `ChatStore` do. */
export interface Duties {
  /** A page of the ids of a user's conversations, ascending; an order that nothing said in them changes. */
  listMemberships(query: MembershipQuery): Promise<{ ids: string[]; hasMore: boolean }>
  /** How many conversations a user is in. */
  countMemberships(userId: string): Promise<number>

  /**
   * Takes the name and picture of a user, and the id out of use: from then on it is refused everywhere. What they wrote is
   * for `eraseSome`. A second time it does nothing.
   *
   * @returns false where there never was such a user
   */
  beginErasure(userId: string, at: Instant): Promise<boolean>
  /**
   * Erases some more of a user whose erasure has begun, where it was left off: little enough to hold nobody up. It empties
   * their messages, tells of each and of every conversation, and then goes through the changes and the outbox.
   *
   * `isDone` once there is nothing left, and nothing is left of it in the files of the store either.
   */
  eraseSome(userId: string, at: Instant): Promise<ErasureProgress>
  /** Users whose erasure has begun, is not done, and goes on nowhere, as far as can be seen. */
  listErasures(): Promise<string[]>

  /** Forgets changes made before an instant and secrets that expired by now. */
  prune(before: { changesBefore: Instant; now: Instant }): Promise<void>
}

export interface ErasureProgress {
  /** how many were emptied so far, this time and before */
  messages: number
  isDone: boolean
}

export interface MembershipQuery {
  userId: string
  /** exclusive */
  afterId?: string
  limit: number
}
