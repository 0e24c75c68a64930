// Typing: what members may say of it; the signs themselves are kept by typing-signs.ts.
import type { Clock } from '#rufer/server/clock.ts'
import type { ChatStore } from '#rufer/server/store/port.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import { requireMember } from './access.ts'
import type { Signals } from './signals.ts'
import { createTypingSigns } from './typing-signs.ts'

/** A user on one connection. */
export interface Typist {
  userId: string
  connectionId: string
  /** false once the connection has ended */
  isOpen: () => boolean
}

export function createTypingService({
  store,
  ...deps
}: {
  store: ChatStore
  clock: Clock
  signals: Signals
}) {
  const signs = createTypingSigns(deps)
  return {
    /** @throws ChatError `conversation-not-found` */
    async start({ userId, connectionId, isOpen }: Typist, conversationId: string) {
      const recipients = await requireMember(store, userId, conversationId)
      if (isOpen()) await signs.start({ conversationId, userId, recipients }, connectionId)
    },

    /** @throws ChatError `conversation-not-found` */
    async stop({ userId, connectionId }: Typist, conversationId: string) {
      await requireMember(store, userId, conversationId)
      await signs.stop({ conversationId, userId }, connectionId)
    },

    /** A message says that its sender has stopped typing, on every connection. */
    messageCreated: ({ conversationId, senderId }: Pick<Message, 'conversationId' | 'senderId'>) =>
      signs.end({ conversationId, userId: senderId }),
    /** A connection has ended, and its typing with it. */
    disconnected: signs.disconnected,
    /** Ends every timer, as the process stops. */
    close: signs.close,
  }
}
