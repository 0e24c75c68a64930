// Calls: what is under way in the store, so that closing it finishes what was accepted and refuses the rest.
import { StoreError } from '../port.ts'
import { answered } from './answered.ts'
import { toStoreError } from './failure.ts'

export interface Calls {
  /** Does a piece of work. @throws StoreError where the store cannot be used, or is closed */
  run: <Result>(work: () => Promise<Result>) => Promise<Result>
  /** @throws StoreError where the store is closed */
  refuseOnceClosed: () => void
  /** Refuses what comes from now on; resolves when all that was accepted is settled. */
  end: () => Promise<void>
}

export function createCalls(): Calls {
  const underWay = new Set<Promise<unknown>>()
  let isEnded = false

  function refuseOnceClosed() {
    if (isEnded) throw new StoreError('store-unavailable')
  }

  return {
    refuseOnceClosed,
    async run(work) {
      refuseOnceClosed()
      const call = answered(work(), MOST_MS)
      underWay.add(call)
      try {
        return await call
      } catch (error) {
        throw toStoreError(error)
      } finally {
        underWay.delete(call)
      }
    },
    async end() {
      isEnded = true
      await Promise.allSettled(underWay)
    },
  }
}

// --- helpers ---

/** Longer than anything takes that tries again by itself. */
const MOST_MS = 30_000
