// The port of what an integrator owes to others: giving out all of a user. Beside the chat's port, which so stays small.
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
}

export interface MembershipQuery {
  userId: string
  /** exclusive */
  afterId?: string
  limit: number
}
