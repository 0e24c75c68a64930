// Connection store: how the page is connected, as whom, and what the server allows.
import { defineStore } from 'pinia'
import type { Session } from '#rufer/client/connection.ts'
import type { ClosedReason, ConnectionStatus } from '#rufer/client/status.ts'
import type { User } from '#rufer/shared/model/user.ts'
import { limits } from '#rufer/shared/protocol/limits.ts'
import { useChatClient } from './chat-client.ts'
import { useDebugStore } from './debug.ts'

export type { ClosedReason, ConnectionStatus }

interface State {
  status: ConnectionStatus
  session: Session | undefined
  /** one's own profile, once it is known */
  me: User | undefined
  /** how far the server's clock is ahead, in milliseconds */
  clockOffsetMs: number
}

export const useConnectionStore = defineStore('connection', {
  state: (): State => ({
    status: { state: 'connecting', attempt: 1 },
    session: undefined,
    me: undefined,
    clockOffsetMs: 0,
  }),
  getters: {
    /** empty until the first session */
    userId: ({ session }): string => session?.userId ?? '',
    /** connected, and level with the server: before that nothing on the page says connected */
    isLive: ({ status }): boolean => status.state === 'live',
    /** code points */
    textLimit: ({ session }): number => session?.limits.textLength ?? limits.textLength.standard,
  },
  actions: {
    connect() {
      useChatClient().connect()
    },
    disconnect() {
      useChatClient().close()
    },
    reconnectNow() {
      useChatClient().reconnectNow()
    },
    /** For the debug view: as if the network had failed. */
    drop() {
      useChatClient().dropConnection()
    },
    /** For the debug view: as if the network had failed just before the server's answer to the next message. */
    loseNextReply() {
      useChatClient().loseNextReply()
    },
    applyStatus(status: ConnectionStatus) {
      this.status = status
    },
    applySession(session: Session) {
      this.session = session
      this.clockOffsetMs = Date.parse(session.serverTime) - Date.now()
      void this.fetchMe(session.userId)
    },
    async fetchMe(userId: string) {
      await useDebugStore().tolerate('get user', async () => {
        this.me = await useChatClient().getUser(userId)
      })
    },
  },
})
