// The port of the outbox: what is still to be told to the integrator's back end, stored in the transaction that it tells of.
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { Presence } from '#rufer/shared/model/presence.ts'
import type { Change } from './port.ts'

/**
 * What webhooks tell of, kept until somebody has it or gave it up.
 *
 * The events of one topic, a conversation or a user's presence, are in the order in which they happened. Rejects as the
 * methods of `ChatStore` do.
 */
export interface Outbox {
  /** Makes this process the one that sends, for 15 s from now, unless another one is. */
  takeLease(): Promise<boolean>
  /** Lets another one send at once, where this process was the one. */
  endLease(): Promise<void>
  /** A page of the topics that have events waiting, some of them more than once; `after` is null behind the last one. */
  listTopics(query: { after?: string; limit: number }): Promise<{ topics: string[]; after: string | null }>
  /** The next events of a topic, in their order. */
  listEvents(topic: string, limit: number): Promise<OutboxEvent[]>
  /** Forgets an event that was delivered. */
  remove(id: string): Promise<void>
  /** Keeps that an attempt failed, and when the next one is. */
  postpone(id: string, failure: Failure & { nextAt: Instant }): Promise<void>
  /** Takes an event out of its topic, as one that nobody took: those behind it go on. */
  bury(id: string, failure: Failure): Promise<void>

  /** A page of the events that nobody took, the oldest first. */
  listDeadLetters(query: {
    after?: string
    limit: number
  }): Promise<{ letters: DeadLetter[]; after: string | null }>
  /** Puts some of them back to the place in their topic that they had; tells how many. */
  replay(ids: string[]): Promise<number>
  /** Forgets some of them; tells how many. */
  drop(ids: string[]): Promise<number>
  /** What there is just now; counted no further than 100,000. */
  count(): Promise<OutboxCount>
}

/** What is told: changes of what was said, and who came or went. */
export type Told =
  | Exclude<Change, { kind: 'conversation.updated' }>
  | { kind: 'presence.changed'; at: Instant; presence: Presence }

export interface OutboxEvent {
  /** the same for ever, however often it is sent */
  id: string
  told: Told
  attempts: number
  /** when the first one failed */
  failedSince: Instant | null
  /** not before then */
  nextAt: Instant | null
}

interface Failure {
  at: Instant
  reason: string
}

export interface DeadLetter {
  id: string
  told: Told
  attempts: number
  failedSince: Instant
  deadAt: Instant
  reason: string
}

export interface OutboxCount {
  waiting: number
  dead: number
  /** of what waits longest */
  oldestAt: Instant | null
}

/** How long a process is the one that sends. */
export const OUTBOX_LEASE_MS = 15_000
/** No further than this is counted. */
export const MOST_COUNTED = 100_000
