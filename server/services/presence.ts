// Presence: who is online, who was last seen when, and who may watch it.
import type { Clock } from '#rufer/server/clock.ts'
import type { Counters } from '#rufer/server/counters.ts'
import type { Log } from '#rufer/server/log.ts'
import type { ChatStore } from '#rufer/server/store/port.ts'
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { Presence } from '#rufer/shared/model/presence.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'
import { OFFLINE_GRACE_MS } from '#rufer/shared/protocol/limits.ts'
import type { Signals } from './signals.ts'
import { requireUser } from './users.ts'

interface PresenceDeps {
  store: ChatStore
  clock: Clock
  signals: Signals
  counters: Counters
  log: Log
}

/** A connection that watches others. */
export interface Watcher {
  userId: string
  /** false, and none watched, when there would be too many */
  watch: (userIds: string[]) => boolean
}

/** A user with open connections, or within the grace after the last one ended. */
interface Online {
  connections: number
  /** when the last connection ended */
  endedAt?: Instant
  timer?: NodeJS.Timeout
}

export function createPresenceService(deps: PresenceDeps) {
  const online = new Map<string, Online>()

  /** Stored before it is told, so that whoever asks after the event reads the same. */
  async function goOffline(userId: string, entry: Online) {
    const { timer, endedAt = deps.clock.instant() } = entry
    await keepPresence(deps, { userId, isOnline: false, at: endedAt })
    if (entry.connections > 0) {
      // back while it was being stored
      await keepPresence(deps, { userId, isOnline: true, at: deps.clock.instant() })
    } else if (entry.timer === timer) {
      online.delete(userId)
      deps.signals.presenceChanged({ userId, status: 'offline', lastSeenAt: endedAt })
    }
  }

  return {
    /** One more connection of a user is open. */
    connected(userId: string) {
      const entry = online.get(userId)
      if (entry) {
        clearTimeout(entry.timer)
        entry.connections++
        return
      }
      online.set(userId, { connections: 1 })
      void keepPresence(deps, { userId, isOnline: true, at: deps.clock.instant() })
      deps.signals.presenceChanged({ userId, status: 'online', lastSeenAt: null })
    },

    /** One connection of a user has ended. After a grace without another one the user is offline. */
    disconnected(userId: string) {
      const entry = online.get(userId)
      if (!entry || --entry.connections > 0) return
      entry.endedAt = deps.clock.instant()
      entry.timer = setTimeout(() => void goOffline(userId, entry), OFFLINE_GRACE_MS)
    },

    /** @throws ChatError `user-not-found` */
    async get(userId: string): Promise<Presence> {
      const { lastSeenAt } = await requireUser(deps.store, userId)
      return toPresence(online, userId, lastSeenAt)
    },

    /**
     * The presence of those among the ids who share a conversation with the watcher, who is told of them from now on.
     *
     * @throws ChatError `overloaded` when they are more than one connection may watch
     */
    async watch(watcher: Watcher, userIds: string[]): Promise<Presence[]> {
      const peers = await deps.store.getPeers(watcher.userId, userIds)
      // watched first and read then, so that no change falls in between
      if (!watcher.watch(peers))
        throw new ChatError('overloaded', { reason: 'the connection watches too many users' })
      const users = await deps.store.getUsers(peers)
      return users.map(({ userId, lastSeenAt }) => toPresence(online, userId, lastSeenAt))
    },

    /** Keeps when everybody was last seen, as the process stops. */
    async close() {
      const leaving = [...online].map(([userId, { endedAt, timer }]) => {
        clearTimeout(timer)
        return keepPresence(deps, { userId, isOnline: false, at: endedAt ?? deps.clock.instant() })
      })
      await Promise.all(leaving)
    },
  }
}

// --- Internal helpers ---

function toPresence(online: Map<string, Online>, userId: string, lastSeenAt: Instant | null): Presence {
  return online.has(userId)
    ? { userId, status: 'online', lastSeenAt: null }
    : { userId, status: 'offline', lastSeenAt }
}

/** Presence goes on in memory when the store cannot keep it; that is counted and logged. */
async function keepPresence(
  { store, log, counters }: PresenceDeps,
  presence: Parameters<ChatStore['putPresence']>[0],
) {
  try {
    await store.putPresence(presence)
  } catch (error) {
    counters.dropped('presence-not-stored')
    log.warn({ err: error, userId: presence.userId }, 'unable to store presence')
  }
}
