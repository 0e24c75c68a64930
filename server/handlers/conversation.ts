// conversation.open, conversation.list, conversation.get, conversation.sync
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { Handlers, RequestContext } from './context.ts'

export const conversationHandlers = {
  'conversation.open': async (context, { userId }) => {
    const conversation = await context.services.conversations.open(context.userId, userId)
    return { conversation: watchMembers(context, conversation) }
  },
  'conversation.list': async (context, params) => {
    const page = await context.services.conversations.list(context.userId, params)
    for (const conversation of page.conversations) watchMembers(context, conversation)
    return page
  },
  'conversation.get': async (context, { conversationId }) => {
    const conversation = await context.services.conversations.get(context.userId, conversationId)
    return { conversation: watchMembers(context, conversation) }
  },
  'conversation.sync': async (context, params) => {
    const changed = await context.services.conversations.sync(context.userId, params)
    for (const { conversation } of changed.conversations) watchMembers(context, conversation)
    return changed
  },
} satisfies Partial<Handlers>

// --- Internal helpers ---

/** The others of a conversation that a client holds are watched without asking, as long as there is room. */
function watchMembers({ userId, watch }: RequestContext, conversation: Conversation) {
  for (const member of conversation.members) if (member.userId !== userId) watch([member.userId])
  return conversation
}
