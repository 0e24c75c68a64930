// What services tell open connections, on every process, without storing it.
import type { SessionOwner } from '#rufer/server/store/port.ts'

export interface Typing {
  conversationId: string
  userId: string
  /** the other members */
  recipients: string[]
}

export interface Signals {
  /** Resolves once it is told before whatever is stored from then on. */
  typingStarted(typing: Typing): Promise<void>
  typingStopped(typing: Typing): Promise<void>
  /** Ends connections on every process; tells how many. @throws StoreError where the others could not be told */
  sessionsEnded(which: SessionOwner): Promise<number>
  /** Ends connections of this process. */
  sessionsEndedHere(which: SessionOwner): number
}
