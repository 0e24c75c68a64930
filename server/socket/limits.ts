// How many requests a connection may make, and when it has made far too many.
import { FLOOD_REFUSALS, FLOOD_WINDOW_MS } from '#rufer/shared/protocol/limits.ts'
import { takeToken, type Bucket, type Rate } from '#rufer/shared/protocol/token-bucket.ts'

export interface RequestLimit {
  /** 0 when the request may run, else the milliseconds until the next one may */
  take(): number
  /** whether so many were refused lately that the connection should end */
  isFlooding(): boolean
}

/** @param monotonicMs the clock, which never runs backwards */
export function createRequestLimit(rate: Rate, monotonicMs: () => number): RequestLimit {
  let bucket: Bucket | undefined
  /** when the last refusals happened, the oldest first */
  const refusals: number[] = []
  return {
    take() {
      const now = monotonicMs()
      const taken = takeToken(bucket, rate, now)
      bucket = taken.bucket
      if (taken.waitMs > 0) refusals.push(now)
      if (refusals.length > FLOOD_REFUSALS) refusals.shift()
      return taken.waitMs
    },
    isFlooding: () =>
      refusals.length === FLOOD_REFUSALS && monotonicMs() - (refusals[0] ?? 0) <= FLOOD_WINDOW_MS,
  }
}
