// A token bucket a key, in memory: for a user's messages, an address's upgrades, a connection's requests.
import { giveToken, takeToken, type Bucket, type Rate } from '#rufer/shared/protocol/token-bucket.ts'

export interface RateLimiter {
  /** Takes a token; 0, or the milliseconds until there is one. */
  take(key: string): number
  /** Gives a token back that was taken for what turned out to be free. */
  give(key: string): void
}

/** Buckets that are full again are forgotten now and then, so that memory follows who is active. */
export function createRateLimiter(rate: Rate, now: () => number): RateLimiter {
  const buckets = new Map<string, Bucket>()
  let sweepAt = SWEEP_SIZE
  return {
    take(key) {
      const { bucket, waitMs } = takeToken(buckets.get(key), rate, now())
      if (rate.perSecond > 0) buckets.set(key, bucket)
      if (buckets.size >= sweepAt) {
        forgetFull(buckets, rate, now())
        sweepAt = Math.max(SWEEP_SIZE, buckets.size * 2)
      }
      return waitMs
    },
    give(key) {
      const bucket = buckets.get(key)
      if (bucket) buckets.set(key, giveToken(bucket, rate))
    },
  }
}

// --- Internal helpers ---

const SWEEP_SIZE = 1_000

function forgetFull(buckets: Map<string, Bucket>, rate: Rate, now: number) {
  for (const [key, { tokens, at }] of buckets) {
    if (tokens + ((now - at) / 1000) * rate.perSecond >= rate.burst) buckets.delete(key)
  }
}
