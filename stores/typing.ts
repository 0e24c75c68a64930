// Typing store: who types where.
import { defineStore } from 'pinia'
import type { EventData } from '#rufer/shared/protocol/events.ts'
import { useChatClient } from './chat-client.ts'
import { useDebugStore } from './debug.ts'

export const useTypingStore = defineStore('typing', {
  state: () => ({ byConversation: new Map<string, readonly string[]>() }),
  actions: {
    applyStarted({ conversationId, userId }: EventData<'typing.started'>) {
      const others = this.othersIn(conversationId, userId)
      this.byConversation.set(conversationId, [...others, userId])
    },
    applyStopped({ conversationId, userId }: EventData<'typing.stopped'>) {
      this.byConversation.set(conversationId, this.othersIn(conversationId, userId))
    },
    /** Without a connection nobody would tell that somebody stopped. */
    clear() {
      this.byConversation.clear()
    },
    /** A typing sign that gets lost is no loss: the next key sends another. */
    async start(conversationId: string) {
      await useDebugStore().tolerate('start typing', () => useChatClient().startTyping(conversationId))
    },
    async stop(conversationId: string) {
      await useDebugStore().tolerate('stop typing', () => useChatClient().stopTyping(conversationId))
    },
    othersIn(conversationId: string, userId: string): readonly string[] {
      return (this.byConversation.get(conversationId) ?? []).filter((typing) => typing !== userId)
    },
  },
})
