// message.send, message.list
import type { Handlers } from './context.ts'

export const messageHandlers = {
  'message.send': ({ userId, services }, params) => services.messages.send(userId, params),
  'message.list': ({ userId, services }, params) => services.messages.list(userId, params),
} satisfies Partial<Handlers>
