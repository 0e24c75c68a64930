// user.get
import type { Handlers } from './context.ts'

export const userHandlers = {
  'user.get': async ({ services }, { userId }) => ({ user: await services.users.get(userId) }),
} satisfies Partial<Handlers>
