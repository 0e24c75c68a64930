// Receipts: how far messages were delivered to a member and read by them.
import type { Clock } from '#rufer/server/clock.ts'
import type { ChatStore } from '#rufer/server/store/port.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'
import type { Params, Result } from '#rufer/shared/protocol/methods.ts'

export function createReceiptsService({ store, clock }: { store: ChatStore; clock: Clock }) {
  return {
    /** Moves a member's own markers forward. @throws ChatError `conversation-not-found` */
    async update(userId: string, params: Params<'receipt.update'>): Promise<Result<'receipt.update'>> {
      const moved = await store.moveReceipt({ ...params, userId, at: clock.instant() })
      if (moved.outcome === 'conversation-not-found') throw new ChatError(moved.outcome)
      return { deliveredSeq: moved.deliveredSeq, readSeq: moved.readSeq }
    },
  }
}
