// Upkeep: what a process does by the clock, whether or not anybody chats.
import type { Clock } from './clock.ts'
import type { Counters } from './counters.ts'
import type { Log } from './log.ts'
import type { ChatStore } from './store/port.ts'

export interface Upkeep {
  /** whether the store took the last renewal of the lease */
  isStoreHealthy: () => boolean
  stop: () => void
}

interface UpkeepDeps {
  store: ChatStore
  clock: Clock
  counters: Counters
  log: Log
}

/** Renews the lease of this process and forgets old changes and expired secrets, until stopped. */
export function startUpkeep({ store, clock, counters, log }: UpkeepDeps): Upkeep {
  let isHealthy = true

  async function renew() {
    try {
      await store.renewLease(clock.instant())
      if (!isHealthy) log.info('the store can be used again')
      isHealthy = true
    } catch (error) {
      if (isHealthy) log.error({ err: error }, 'unable to renew lease; the store cannot be used')
      counters.dropped('lease-renewal')
      isHealthy = false
    }
  }

  async function prune() {
    try {
      await store.prune({ changesBefore: clock.instant(-KEEP_CHANGES_MS), now: clock.instant() })
    } catch (error) {
      counters.dropped('pruning')
      log.warn({ err: error }, 'unable to prune; trying again later')
    }
  }

  const timers = [setInterval(() => void renew(), LEASE_MS), setInterval(() => void prune(), PRUNE_MS)]
  void renew()
  void prune()
  return { isStoreHealthy: () => isHealthy, stop: () => timers.forEach(clearInterval) }
}

// --- Internal helpers ---

const LEASE_MS = 5_000
const PRUNE_MS = 600_000
/** Catching up never needs changes; a day of them is for whoever looks into what happened. */
const KEEP_CHANGES_MS = 24 * 3_600_000
