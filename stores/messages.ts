// Messages store: a window on each conversation looked at, and the messages on their way.
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import type { OutboxRow } from '#rufer/client/outbox.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { Receipt } from '#rufer/shared/model/receipt.ts'
import type { ParamsInput } from '#rufer/shared/protocol/methods.ts'
import { useChatClient } from './chat-client.ts'
import { stamp } from './conversation-changes.ts'
import { useDebugStore } from './debug.ts'
import {
  emptyWindow,
  firstSeq,
  lastSeq,
  trimmed,
  withArrival,
  withPage,
  type MessageWindow,
} from './message-window.ts'

export type { OutboxRow }

/** The most rows that loading pages leads to, however fast one scrolls. */
const MOST_ROWS = 400
/** What a conversation left behind keeps, and in how many conversations. */
const ROWS_LEFT = 50
const WINDOWS_KEPT = 20

/** Where the reader was: that message's top, in pixels below the top of the list. */
export interface Place {
  seq: number
  offset: number
}

interface State {
  windows: Map<string, MessageWindow>
  places: Map<string, Place>
  /** in the order typed */
  outbox: readonly OutboxRow[]
  /** pages on their way */
  asked: number
  /** messages that came meanwhile, by id: such a page may have been read before they changed */
  changed: Map<string, Message>
}

export const useMessagesStore = defineStore('messages', {
  state: (): State => ({
    windows: shallowReactive(new Map()),
    places: new Map(),
    outbox: [],
    asked: 0,
    changed: new Map(),
  }),
  actions: {
    windowOf(id: string): MessageWindow {
      return this.windows.get(id) ?? emptyWindow
    },
    unsentIn(id: string): readonly OutboxRow[] {
      return this.outbox.filter(({ conversationId }) => conversationId === id)
    },
    /** Begins a window anew: after `afterSeq`, or with the newest page. */
    async load(id: string, afterSeq?: number) {
      this.windows.set(id, emptyWindow)
      const messages = await this.page(id, afterSeq === undefined ? {} : { afterSeq })
      const window = this.windowOf(id)
      this.windows.set(
        id,
        messages ? { ...window, messages, state: 'ready' } : { ...window, state: 'failed' },
      )
    },
    /**
     * Goes over to the newest page; until that has come, and where it does not, what is held stays. `replacing` is called
     * right before.
     */
    async loadLatest(id: string, replacing: () => void) {
      const messages = await this.page(id, {})
      replacing()
      if (messages) this.windows.set(id, { ...emptyWindow, messages, state: 'ready' })
    },
    /** The page before, or after, what is held; one at a time. */
    async loadSide(id: string, side: 'older' | 'newer') {
      const window = this.windowOf(id)
      if (window.state !== 'ready' || window[side] === 'loading') return
      this.windows.set(id, { ...window, [side]: 'loading' })
      const bound = side === 'older' ? { beforeSeq: firstSeq(window) } : { afterSeq: lastSeq(window) }
      const messages = await this.page(id, bound)
      const now = this.windowOf(id)
      // Begun anew meanwhile, it has another place.
      if (now.state !== 'ready') return
      const far = side === 'older' ? 'newer' : 'older'
      this.windows.set(id, {
        ...(messages ? trimmed(withPage(now, messages), far, MOST_ROWS) : now),
        [side]: messages ? 'idle' : 'failed',
      })
    },
    async page(conversationId: string, bounds: Omit<ParamsInput<'message.list'>, 'conversationId'>) {
      this.asked++
      try {
        const { messages } = await useChatClient().listMessages({ conversationId, ...bounds })
        return messages.map((message) => newerOf(message, this.changed.get(message.id)))
      } catch (error) {
        useDebugStore().recordFailure('list messages', error)
        return undefined
      } finally {
        this.asked--
        if (this.asked === 0) this.changed.clear()
      }
    },
    trim(id: string, side: 'older' | 'newer', most: number) {
      const window = this.windows.get(id)
      if (window) this.windows.set(id, trimmed(window, side, most))
    },
    /** Keeps little of a conversation that is left: its newest rows where the reader was at the end. */
    leave(id: string, place: Place | undefined) {
      const window = this.windows.get(id)
      this.windows.delete(id)
      this.places.delete(id)
      if (place) this.places.set(id, place)
      else if (window?.state === 'ready') this.windows.set(id, trimmed(window, 'older', ROWS_LEFT))
      const [oldest] = this.windows.keys()
      if (this.windows.size > WINDOWS_KEPT && oldest !== undefined) this.windows.delete(oldest)
    },
    applyMessage(message: Message) {
      if (this.asked > 0) this.changed.set(message.id, message)
      const window = this.windows.get(message.conversationId)
      if (!window) return
      // A message of theirs says that they read what came before.
      const seq = message.seq - 1
      const { conversationId, senderId: userId, createdAt: at } = message
      const messages = stamp(window.messages, {
        conversationId,
        userId,
        deliveredSeq: seq,
        deliveredAt: at,
        readSeq: seq,
        readAt: at,
      })
      this.windows.set(conversationId, withArrival({ ...window, messages }, message))
    },
    applyReceipt(receipt: Receipt) {
      const window = this.windows.get(receipt.conversationId)
      if (!window) return
      const messages = stamp(window.messages, receipt)
      if (messages !== window.messages) this.windows.set(receipt.conversationId, { ...window, messages })
    },
    applyOutbox(rows: readonly OutboxRow[]) {
      this.outbox = rows
    },
    send(conversationId: string, text: string) {
      useChatClient().queueMessage({ conversationId, text })
    },
    retry(id: string) {
      const row = this.outbox.find((each) => each.id === id)
      if (row?.error?.code !== 'id-conflict' || row.conversationId === undefined)
        return useChatClient().retryMessage(id)
      // That id is another message's for ever.
      this.remove(id)
      this.send(row.conversationId, row.text)
    },
    remove(id: string) {
      useChatClient().removeMessage(id)
    },
  },
})

// --- Internal helpers ---

function newerOf(message: Message, changed: Message | undefined): Message {
  return changed && changed.rev > message.rev ? changed : message
}
