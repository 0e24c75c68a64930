// The token bucket behind every rate: pure arithmetic on two numbers, for the server's memory, its store and clients.

export interface Rate {
  /** tokens that come back in a second; 0 turns the rate off */
  perSecond: number
  /** tokens of a full bucket */
  burst: number
}

/** A bucket never touched is full: keep `undefined` for it. */
export interface Bucket {
  tokens: number
  /** milliseconds of the clock that `takeToken` was given */
  at: number
}

/**
 * Takes one token out of a bucket, if there is one.
 *
 * A clock that went backwards gives nothing and takes nothing away.
 *
 * @returns the bucket afterwards, and how many milliseconds to wait: 0 when the token was taken
 */
export function takeToken(
  bucket: Bucket | undefined,
  rate: Rate,
  now: number,
): { bucket: Bucket; waitMs: number } {
  const passed = bucket ? Math.max(0, now - bucket.at) : 0
  const tokens = Math.min(rate.burst, (bucket?.tokens ?? rate.burst) + (passed / 1000) * rate.perSecond)
  if (rate.perSecond === 0) return { bucket: { tokens: rate.burst, at: now }, waitMs: 0 }
  if (tokens >= 1 - HAIR) return { bucket: { tokens: tokens - 1, at: now }, waitMs: 0 }
  return { bucket: { tokens, at: now }, waitMs: Math.ceil(((1 - tokens) / rate.perSecond) * 1000) }
}

/** Gives back a token that was taken for what turned out to cost nothing. */
export function giveToken(bucket: Bucket, rate: Rate): Bucket {
  return { tokens: Math.min(rate.burst, bucket.tokens + 1), at: bucket.at }
}

/** What sums of doubles may be off by: without it the wait that was told could be too short by nothing. */
const HAIR = 1e-6
