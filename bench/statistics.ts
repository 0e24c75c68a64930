// Percentiles and medians.
import type { Figures } from './figures.ts'

/** Half of the values are at most `p50`, 99 of 100 at most `p99`; both in the unit of the values. */
export interface Spread {
  p50: number
  p99: number
}

/**
 * Percentiles by nearest rank: each is one of the values.
 *
 * @throws RangeError where there are no values
 */
export function spreadOf(values: readonly number[]): Spread {
  return { p50: percentile(values, 50), p99: percentile(values, 99) }
}

/** The percentiles of values as figures: those of `reply` are `replyP50` and `replyP99`. */
export function toFigures(name: string, values: readonly number[]): Figures {
  const { p50, p99 } = spreadOf(values)
  return { [`${name}P50`]: p50, [`${name}P99`]: p99 }
}

/**
 * The middle value; of an even number of values, the mean of the two in the middle.
 *
 * @throws RangeError where there are no values
 */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted(ascending)
  return (at(sorted, Math.ceil(sorted.length / 2) - 1) + at(sorted, Math.floor(sorted.length / 2))) / 2
}

// --- Internal helpers ---

const ascending = (a: number, b: number) => a - b

/** The smallest of the values that at least `percent` of 100 do not exceed (nearest rank). */
function percentile(values: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent * values.length) / 100))
  return at(values.toSorted(ascending), rank - 1)
}

function at(values: readonly number[], index: number): number {
  const value = values[index]
  if (value === undefined) throw new RangeError('there are no values')
  return value
}
