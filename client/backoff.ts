// Backoff: how long to wait before the next attempt, exponential with full jitter.

export interface Backoff {
  /** the most the first wait may take */
  baseMs: number
  /** the most any wait may take */
  capMs: number
}

export const standardBackoff: Backoff = { baseMs: 500, capMs: 30_000 }

/**
 * The wait after `failures` failed attempts in a row: anything from 0 up to a ceiling that doubles with each.
 *
 * Full jitter spreads clients that lost the same server over the whole time
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 *
 * @param random a number in [0, 1)
 */
export function backoffMs(failures: number, random: () => number, backoff = standardBackoff): number {
  const ceiling = Math.min(backoff.capMs, backoff.baseMs * 2 ** Math.max(0, failures - 1))
  return Math.floor(random() * ceiling)
}
