// Conversations store: every conversation heard of, the pages of the list, and which one is open.
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { RequestError, type RequestErrorCode } from '#rufer/client/request-error.ts'
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { Receipt } from '#rufer/shared/model/receipt.ts'
import { useChatClient } from './chat-client.ts'
import { useConnectionStore } from './connection.ts'
import { memberOf, mergeConversation, peerOf, withMessage, withReceipt } from './conversation-changes.ts'
import { useDebugStore } from './debug.ts'
import { usePresenceStore } from './presence.ts'
import { useReceiptsStore } from './receipts.ts'

interface State {
  byId: Map<string, Conversation>
  /** undefined before the first page, null after the last */
  nextCursor: string | null | undefined
  listState: 'idle' | 'loading' | 'failed'
  openId: string | undefined
  /** set when the conversation in the address is none of the user's */
  missingId: string | undefined
  /** set when it could not be fetched */
  failedId: string | undefined
}

export const useConversationsStore = defineStore('conversations', {
  state: (): State => ({
    byId: shallowReactive(new Map()),
    nextCursor: undefined,
    listState: 'idle',
    openId: undefined,
    missingId: undefined,
    failedId: undefined,
  }),
  getters: {
    /** newest first, ties by id */
    ordered: ({ byId }): Conversation[] =>
      [...byId.values()].toSorted((a, b) => compare(b.updatedAt, a.updatedAt) || compare(a.id, b.id)),
    open: ({ byId, openId }): Conversation | undefined =>
      openId === undefined ? undefined : byId.get(openId),
    unreadTotal: ({ byId }): number =>
      [...byId.values()].reduce((total, { unreadCount }) => total + unreadCount, 0),
  },
  actions: {
    /** The next page of the list, or the first; one at a time. */
    async loadMore() {
      if (this.listState === 'loading' || this.nextCursor === null) return
      this.listState = 'loading'
      const cursor = this.nextCursor
      try {
        const page = await useChatClient().listConversations(cursor ? { cursor } : {})
        for (const conversation of page.conversations) this.put(conversation)
        this.nextCursor = page.nextCursor
        this.listState = 'idle'
      } catch (error) {
        useDebugStore().recordFailure('list conversations', error)
        this.listState = 'failed'
      }
    },
    /** Opens the conversation with a user, made if there is none. */
    async openWith(userId: string): Promise<{ conversationId: string } | { refused: RequestErrorCode }> {
      try {
        const conversation = await useChatClient().openConversation(userId)
        this.put(conversation)
        return { conversationId: conversation.id }
      } catch (error) {
        if (!(error instanceof RequestError)) throw error
        return { refused: error.code }
      }
    },
    /** Shows a conversation, fetching it where the list has not come to it yet; without a connection once there is one. */
    async show(id: string | undefined) {
      this.openId = id
      this.missingId = undefined
      this.failedId = undefined
      useReceiptsStore().firstId = id
      if (id !== undefined && !this.byId.has(id) && useConnectionStore().isLive) await this.fetch(id)
    },
    async fetch(id: string) {
      try {
        this.put(await useChatClient().getConversation(id))
      } catch (error) {
        const isMissing = error instanceof RequestError && error.code === 'conversation-not-found'
        if (isMissing) this.missingId = id
        else this.failedId = id
        useDebugStore().recordFailure('get conversation', error)
      }
    },
    put(next: Conversation) {
      const { userId } = useConnectionStore()
      const conversation = mergeConversation(this.byId.get(next.id), next, userId)
      this.byId.set(next.id, conversation)
      const peer = peerOf(conversation, userId)
      if (peer) usePresenceStore().watch(peer.userId)
      this.confirmDelivery(conversation)
    },
    async applyMessage(message: Message) {
      const conversation = this.byId.get(message.conversationId)
      if (!conversation) return await this.fetch(message.conversationId)
      const next = withMessage(conversation, message, useConnectionStore().userId)
      this.byId.set(next.id, next)
      this.confirmDelivery(next)
    },
    applyReceipt(receipt: Omit<Receipt, 'rev'>) {
      const conversation = this.byId.get(receipt.conversationId)
      if (!conversation) return
      this.byId.set(receipt.conversationId, withReceipt(conversation, receipt, useConnectionStore().userId))
    },
    /** Lets the count fall at once; the server is told in time, and its word corrects. */
    markRead(id: string, seq: number) {
      const { userId } = useConnectionStore()
      const conversation = this.byId.get(id)
      const me = conversation && memberOf(conversation, userId)
      if (!me || seq <= me.readSeq) return
      this.applyReceipt({ ...me, conversationId: id, readSeq: seq, readAt: me.readAt })
      useReceiptsStore().add(id, { readSeq: seq })
    },
    /** What the page holds was delivered, seen or not. */
    confirmDelivery(conversation: Conversation) {
      const me = memberOf(conversation, useConnectionStore().userId)
      if (me && me.deliveredSeq < conversation.seq)
        useReceiptsStore().add(conversation.id, { deliveredSeq: conversation.seq })
    },
  },
})

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
