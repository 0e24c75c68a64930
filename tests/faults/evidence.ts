// Evidence: all that a run leaves behind to be judged by.
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { Presence } from '#rufer/shared/model/presence.ts'
import type { Receipt } from '#rufer/shared/model/receipt.ts'
import type { Entry } from './history.ts'

export interface Evidence {
  entries: readonly Entry[]
  /** who is in which conversation */
  members: ReadonlyMap<string, readonly string[]>
  /** read back through the API, as each member, once nothing happened any more */
  readings: readonly Reading[]
  /** the clients among the entries' devices that began afresh after that, by user */
  fresh: ReadonlyMap<string, string>
  /** what the store holds, read past the API */
  store?: Stored
  /** what a machine that is busy may add to every time that an invariant names, in ms */
  slackMs: number
}

/** What the API answers one user. */
export interface Reading {
  userId: string
  at: number
  /** in the order of the list */
  conversations: readonly Conversation[]
  /** the whole history of each, as `message.list` gives it */
  messages: ReadonlyMap<string, readonly Message[]>
  /** the same as `conversation.sync` gives it to who has nothing */
  revisions: ReadonlyMap<string, { messages: readonly Message[]; receipts: readonly Receipt[] }>
  /** of the user's peers */
  presences: readonly Presence[]
}

export interface Stored {
  conversations: readonly { id: string; seq: number; rev: number }[]
  messages: readonly Pick<
    Message,
    'id' | 'conversationId' | 'seq' | 'rev' | 'senderId' | 'text' | 'deletedAt'
  >[]
  receipts: readonly Pick<Receipt, 'conversationId' | 'userId' | 'rev' | 'deliveredSeq' | 'readSeq'>[]
}
