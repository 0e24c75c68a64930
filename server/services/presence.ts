// Presence: who is online, who was last seen when, and who may watch it.
import type { Clock } from '#rufer/server/clock.ts'
import type { Counters } from '#rufer/server/counters.ts'
import type { Log } from '#rufer/server/log.ts'
import type { ChatStore, StoredUser } from '#rufer/server/store/port.ts'
import type { Presence } from '#rufer/shared/model/presence.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'
import { createPresenceHere } from './presence-here.ts'
import { createPresenceWriter } from './presence-writer.ts'
import { requireUser } from './users.ts'

interface PresenceDeps {
  store: ChatStore
  clock: Clock
  counters: Counters
  log: Log
}

/** A connection that watches others. */
export interface Watcher {
  userId: string
  /** false, and none watched, when there would be too many */
  watch: (userIds: string[]) => boolean
}

export function createPresenceService(deps: PresenceDeps) {
  const here = createPresenceHere({ clock: deps.clock, writer: createPresenceWriter(deps) })

  return {
    /** One more connection of a user is open. */
    connected: (userId: string) => here.connected(userId),
    /** One connection of a user has ended. After a grace without another one the user is offline. */
    disconnected: (userId: string) => here.disconnected(userId),

    /** @throws ChatError `user-not-found` */
    async get(userId: string): Promise<Presence> {
      return toPresence(here, await requireUser(deps.store, userId))
    },

    /**
     * The presence of those among the ids who share a conversation with the watcher, who is told of them from now on.
     *
     * @throws ChatError `overloaded` when they are more than one connection may watch
     */
    async watch(watcher: Watcher, userIds: string[]): Promise<Presence[]> {
      const peers = (await deps.store.getUsers(userIds, watcher.userId)).map(({ userId }) => userId)
      // watched first and read then, so that no change falls in between
      if (!watcher.watch(peers)) throw refuseWatching(deps.counters)
      const users = await deps.store.getUsers(peers)
      return users.map((user) => toPresence(here, user))
    },

    /** Others took this process for dead, and everybody here for gone with it. */
    comeBack: () => here.comeBack(),

    /** Keeps when everybody was last seen, as the process stops; others may go on and hear of it. */
    close: () => here.close(),
  }
}

// --- Internal helpers ---

function refuseWatching(counters: Counters) {
  counters.refused('watched-users')
  return new ChatError('overloaded', { reason: 'the connection watches too many users' })
}

/** Known here before it is stored. */
function toPresence(here: { has: (userId: string) => boolean }, user: StoredUser): Presence {
  const { userId, isOnline, lastSeenAt } = user
  return isOnline || here.has(userId)
    ? { userId, status: 'online', lastSeenAt: null }
    : { userId, status: 'offline', lastSeenAt }
}
