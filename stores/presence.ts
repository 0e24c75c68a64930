// Presence store: who is online, and since when the others are not.
import { defineStore } from 'pinia'
import type { Presence } from '#rufer/shared/model/presence.ts'
import { WATCH_AT_ONCE } from '#rufer/shared/protocol/limits.ts'
import { useChatClient } from './chat-client.ts'
import { useDebugStore } from './debug.ts'

interface State {
  byUser: Map<string, Presence>
  watched: Set<string>
  /** about to be asked for */
  wanted: string[]
}

export const usePresenceStore = defineStore('presence', {
  state: (): State => ({ byUser: new Map(), watched: new Set(), wanted: [] }),
  actions: {
    apply(presence: Presence) {
      this.byUser.set(presence.userId, presence)
    },
    /** Watches a user who is not watched yet; those named in one go are asked for together. */
    watch(userId: string) {
      if (this.watched.has(userId)) return
      this.watched.add(userId)
      this.wanted.push(userId)
      if (this.wanted.length === 1) queueMicrotask(() => void this.ask())
    },
    /** The client keeps watching them over reconnects. */
    async ask() {
      const userIds = this.wanted.splice(0, WATCH_AT_ONCE)
      await useDebugStore().tolerate('watch presence', async () => {
        for (const presence of await useChatClient().watchPresence(userIds)) this.apply(presence)
      })
      if (this.wanted.length > 0) await this.ask()
    },
  },
})
