// Upkeep: what a process does by the clock, whether or not anybody chats.
import type { Clock } from './clock.ts'
import type { Counters } from './counters.ts'
import type { Log } from './log.ts'
import type { Store } from './store/duties.ts'

export interface Upkeep {
  /** whether the store took the last renewal of the lease */
  isStoreHealthy: () => boolean
  /** when this process last said that it lives, in the monotonic clock */
  pulsedAt: () => number
  /** Renews the lease and says that this process lives, as is done by the clock; never rejects. */
  renew: () => Promise<void>
  stop: () => void
}

interface UpkeepDeps {
  store: Store
  /** others took this process for dead meanwhile */
  onRevived: () => void
  /** says to oneself, through the feed, that one is alive */
  pulse: () => Promise<void>
  /** goes on with what was cut off; never rejects */
  resume: () => Promise<void>
  clock: Clock
  counters: Counters
  log: Log
}

/** Renews the lease of this process, when asked to and then by the clock, forgets what is old and goes on with what was cut off, until stopped. */
export function startUpkeep({ store, onRevived, pulse, resume, clock, counters, log }: UpkeepDeps): Upkeep {
  let isHealthy = true
  let pulsedAt = -Infinity

  async function renew() {
    try {
      const { isRevived } = await store.renewLease(clock.instant())
      if (isRevived) onRevived()
      const began = performance.now()
      await pulse()
      pulsedAt = began
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
      await store.duties.prune({ changesBefore: clock.instant(-KEEP_CHANGES_MS), now: clock.instant() })
    } catch (error) {
      counters.dropped('pruning')
      log.warn({ err: error }, 'unable to prune; trying again later')
    }
  }

  const timers = [
    setInterval(() => void renew(), LEASE_MS),
    setInterval(() => void prune(), PRUNE_MS),
    setInterval(() => void resume(), RESUME_MS),
  ]
  void prune()
  void resume()
  return {
    isStoreHealthy: () => isHealthy,
    pulsedAt: () => pulsedAt,
    renew,
    stop: () => timers.forEach(clearInterval),
  }
}

// --- Internal helpers ---

const LEASE_MS = 5_000
const PRUNE_MS = 600_000
const RESUME_MS = 60_000
/** Catching up never needs changes; a day of them is for whoever looks into what happened. */
const KEEP_CHANGES_MS = 24 * 3_600_000
