// receipt.update
import type { Handlers } from './context.ts'

export const receiptHandlers = {
  'receipt.update': ({ userId, services }, params) => services.receipts.update(userId, params),
} satisfies Partial<Handlers>
