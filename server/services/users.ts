// Users: registered by the integrator's back end, known to each other by id.
import type { Clock } from '#rufer/server/clock.ts'
import type { ChatStore, StoredUser } from '#rufer/server/store/port.ts'
import type { User } from '#rufer/shared/model/user.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'

export function createUsersService({ store, clock }: { store: ChatStore; clock: Clock }) {
  return {
    /** Registers a user, or updates the profile; a left-out avatar removes it. @throws ChatError `user-erased` */
    async register(user: User): Promise<'created' | 'updated'> {
      const { outcome } = await store.putUser(user, clock.instant())
      if (outcome === 'user-erased') throw new ChatError(outcome)
      return outcome
    },

    /** @throws ChatError `user-not-found` */
    async get(userId: string): Promise<User> {
      return toUser(await requireUser(store, userId))
    },
  }
}

/** @throws ChatError `user-not-found` */
export async function requireUser(store: ChatStore, userId: string): Promise<StoredUser> {
  const [user] = await store.getUsers([userId])
  if (!user || user.isErased) throw new ChatError('user-not-found')
  return user
}

// --- Internal helpers ---

function toUser({ userId, displayName, avatarUrl }: StoredUser): User {
  return { userId, displayName, ...(avatarUrl !== undefined && { avatarUrl }) }
}
