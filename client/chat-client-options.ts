// What a ChatClient is given, and what it tells.
import type { EventData, EventName } from '#rufer/shared/protocol/events.ts'
import type { Clock } from './clock.ts'
import type { SessionToken } from './connection.ts'
import type { KeyValueStorage, Locks } from './outbox-storage.ts'
import type { OutboxRow } from './outbox.ts'
import type { SocketConstructor } from './socket.ts'
import type { ConnectionStatus } from './status.ts'
import type { Trace } from './trace.ts'

export interface ChatClientOptions {
  /** where the protocol is spoken, `wss://chat.example.com/ws` */
  url: string
  /**
   * gets a session token from your back end, anew for every attempt; throws `TokenRefused` to stay closed, `TokenDelayed`
   * to be asked again no earlier than that
   */
  getToken: (signal: AbortSignal) => Promise<SessionToken>
  /** the `ws` package's, where the platform has none; @default the platform's */
  WebSocket?: SocketConstructor
  /** gets where unsent messages outlive the page, `() => localStorage`; may throw; @default none, they end with the page */
  storage?: () => KeyValueStorage
  /** `navigator.locks`, where there is one: what one page has unsent no other sends as long as that page is open */
  locks?: Locks | undefined
  /** failed attempts in a row before it gives up; @default Infinity */
  maxAttempts?: number
  /** @default the system's */
  clock?: Clock
  /** @default Math.random */
  random?: () => number
}

export type ChatClientEvents = { [E in EventName]: EventData<E> } & {
  status: ConnectionStatus
  /** the messages on their way, in the order typed, whenever one of them changed */
  'outbox.changed': { rows: readonly OutboxRow[] }
  trace: Trace
}
