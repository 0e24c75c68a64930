// What services tell open connections without storing it; the sockets stand behind it.
import type { Presence } from '#rufer/shared/model/presence.ts'

export interface Typing {
  conversationId: string
  userId: string
  /** the other members */
  recipients: string[]
}

export interface Signals {
  presenceChanged(presence: Presence): void
  typingStarted(typing: Typing): void
  typingStopped(typing: Typing): void
  /** Ends the connections of a user, or those opened from one browser session; tells how many. */
  sessionsEnded(which: { userId: string } | { parentHash: string }): number
}
