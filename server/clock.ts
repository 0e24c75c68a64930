// The clock that services are given, so that tests may turn it.
import type { Instant } from '#rufer/shared/model/instant.ts'

export interface Clock {
  /** the instant it is, or the one that many milliseconds later */
  instant: (afterMs?: number) => Instant
  /** milliseconds that never run backwards, for rates and waits */
  monotonicMs: () => number
}

/** The machine's clock. */
export const systemClock: Clock = {
  instant: (afterMs = 0) => new Date(Date.now() + afterMs).toISOString(),
  monotonicMs: () => performance.now(),
}
