// presence.watch
import type { Handlers } from './context.ts'

export const presenceHandlers = {
  'presence.watch': async (context, { userIds }) => ({
    presences: await context.services.presence.watch(context, userIds),
  }),
} satisfies Partial<Handlers>
