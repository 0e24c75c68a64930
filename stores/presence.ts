// Presence store: who is online, and since when the others are not.
import { defineStore } from 'pinia'
import type { Presence } from '#rufer/shared/model/presence.ts'
import { WATCH_AT_ONCE } from '#rufer/shared/protocol/limits.ts'
import { useChatClient } from './chat-client.ts'
import { useDebugStore } from './debug.ts'

export const usePresenceStore = defineStore('presence', {
  state: () => ({ byUser: new Map<string, Presence>(), watched: new Set<string>() }),
  actions: {
    apply(presence: Presence) {
      this.byUser.set(presence.userId, presence)
    },
    /** Asks for the presence of users not asked for yet; the client keeps watching them over reconnects. */
    async watch(userIds: readonly string[]) {
      const unwatched = userIds.filter((userId) => !this.watched.has(userId)).slice(0, WATCH_AT_ONCE)
      if (unwatched.length === 0) return
      for (const userId of unwatched) this.watched.add(userId)
      await useDebugStore().tolerate('watch presence', async () => {
        for (const presence of await useChatClient().watchPresence(unwatched)) this.apply(presence)
      })
    },
  },
})
