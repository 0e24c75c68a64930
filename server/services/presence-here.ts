// Presence on this process: users with open connections here, kept so that every process knows of them.
import type { Clock } from '#rufer/server/clock.ts'
import type { Instant } from '#rufer/shared/model/instant.ts'
import { OFFLINE_GRACE_MS } from '#rufer/shared/protocol/limits.ts'
import type { PresenceWriter } from './presence-writer.ts'

interface PresenceHereDeps {
  writer: PresenceWriter
  clock: Clock
}

/** A user with open connections, or within the grace after the last one ended. */
interface Online {
  connections: number
  /** when the last connection ended */
  endedAt?: Instant
  timer?: NodeJS.Timeout
}

export function createPresenceHere({ writer, clock }: PresenceHereDeps) {
  const online = new Map<string, Online>()

  const comeOnline = (userId: string) => writer.keep({ userId, isOnline: true, at: clock.instant() })

  function leave(userId: string, { timer, endedAt = clock.instant() }: Online) {
    clearTimeout(timer)
    online.delete(userId)
    writer.keep({ userId, isOnline: false, at: endedAt })
  }

  return {
    has: (userId: string) => online.has(userId),

    connected(userId: string) {
      const entry = online.get(userId)
      if (entry) {
        clearTimeout(entry.timer)
        entry.connections++
        return
      }
      online.set(userId, { connections: 1 })
      comeOnline(userId)
    },

    disconnected(userId: string) {
      const entry = online.get(userId)
      if (!entry || --entry.connections > 0) return
      entry.endedAt = clock.instant()
      entry.timer = setTimeout(() => leave(userId, entry), OFFLINE_GRACE_MS)
    },

    /** Everybody who is here is stored again. */
    comeBack() {
      for (const userId of online.keys()) comeOnline(userId)
    },

    /** Everybody leaves, without a grace. */
    close() {
      for (const [userId, entry] of online) leave(userId, entry)
      return writer.close()
    },
  }
}
