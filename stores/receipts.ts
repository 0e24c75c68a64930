// Receipts store: one's own markers on their way to the server, the furthest of each conversation, four a second.
import { defineStore } from 'pinia'
import { RequestError } from '#rufer/client/request-error.ts'
import { useChatClient } from './chat-client.ts'
import { useConnectionStore } from './connection.ts'
import { useDebugStore } from './debug.ts'

interface Markers {
  deliveredSeq?: number
  readSeq?: number
}

interface State {
  waiting: Map<string, Markers>
  isRunning: boolean
  /** when the last one was sent, by `performance.now()` */
  sentAt: number
  /** the conversation that comes first: somebody may be looking at its ticks */
  firstId: string | undefined
}

const EVERY_MS = 250

export const useReceiptsStore = defineStore('receipts', {
  state: (): State => ({ waiting: new Map(), isRunning: false, sentAt: -Infinity, firstId: undefined }),
  actions: {
    add(conversationId: string, { deliveredSeq = 0, readSeq = 0 }: Markers) {
      const waiting = this.waiting.get(conversationId)
      const delivered = Math.max(deliveredSeq, waiting?.deliveredSeq ?? 0)
      const read = Math.max(readSeq, waiting?.readSeq ?? 0)
      this.waiting.set(conversationId, {
        ...(delivered > 0 && { deliveredSeq: delivered }),
        ...(read > 0 && { readSeq: read }),
      })
      this.run()
    },
    /** Sends what waits, one after the other, as long as the connection is live: at once, where none was sent just now. */
    run() {
      if (this.isRunning || this.waiting.size === 0 || !useConnectionStore().isLive) return
      this.isRunning = true
      setTimeout(() => void this.sendNext(), Math.max(0, this.sentAt + EVERY_MS - performance.now()))
    },
    async sendNext() {
      const [oldest] = this.waiting.keys()
      const id = this.firstId !== undefined && this.waiting.has(this.firstId) ? this.firstId : oldest
      const markers = id === undefined ? undefined : this.waiting.get(id)
      if (id !== undefined && markers) {
        this.waiting.delete(id)
        this.sentAt = performance.now()
        await this.send(id, markers)
      }
      this.isRunning = false
      this.run()
    },
    async send(conversationId: string, markers: Markers) {
      try {
        await useChatClient().updateReceipt({ conversationId, ...markers })
      } catch (error) {
        useDebugStore().recordFailure('update receipt', error)
        if (error instanceof RequestError && error.retryable) this.add(conversationId, markers)
      }
    },
  },
})
