// session.ping
import type { Handlers } from './context.ts'

export const sessionHandlers = {
  'session.ping': ({ serverTime }) => ({ serverTime: serverTime() }),
} satisfies Partial<Handlers>
