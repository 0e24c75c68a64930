// How much is measured: in full, and in a minute.

export interface Extent {
  rounds: number
  /** of each load on each side in each round */
  seconds: number
  pairs: number
  /** who watch the presence of others */
  watchers: number
  /** that do nothing */
  connections: number
  /** of one user */
  conversations: number
  /** in one conversation */
  messages: number
  /** that are answered one after the other, of each kind */
  requests: number
}

export const FULL: Extent = {
  rounds: 5,
  seconds: 3,
  pairs: 100,
  watchers: 200,
  connections: 10_000,
  conversations: 10_000,
  messages: 1_000_000,
  requests: 200,
}

export const QUICK: Extent = {
  rounds: 1,
  seconds: 0.6,
  pairs: 100,
  watchers: 100,
  connections: 1_000,
  conversations: 1_000,
  messages: 100_000,
  requests: 50,
}
