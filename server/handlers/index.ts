// The table of handlers: method → what answers it.
import type { Handlers } from './context.ts'
import { conversationHandlers } from './conversation.ts'
import { messageHandlers } from './message.ts'
import { presenceHandlers } from './presence.ts'
import { receiptHandlers } from './receipt.ts'
import { sessionHandlers } from './session.ts'
import { typingHandlers } from './typing.ts'
import { userHandlers } from './user.ts'

export const handlers: Handlers = {
  ...messageHandlers,
  ...conversationHandlers,
  ...receiptHandlers,
  ...typingHandlers,
  ...presenceHandlers,
  ...userHandlers,
  ...sessionHandlers,
}
