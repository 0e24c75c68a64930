// typing.start, typing.stop
import type { Handlers } from './context.ts'

export const typingHandlers = {
  'typing.start': async (context, { conversationId }) => {
    await context.services.typing.start(context, conversationId)
    return {}
  },
  'typing.stop': async (context, { conversationId }) => {
    await context.services.typing.stop(context, conversationId)
    return {}
  },
} satisfies Partial<Handlers>
