// Percentiles and medians of a benchmark, by hand and for any values.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { median, spreadOf } from '#rufer/bench/statistics.ts'

const oneTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)

test.each([
  { values: [7], p50: 7, p99: 7 },
  { values: [2, 1], p50: 1, p99: 2 },
  { values: oneTo(100).toReversed(), p50: 50, p99: 99 },
  { values: oneTo(101), p50: 51, p99: 100 },
  { values: oneTo(1000), p50: 500, p99: 990 },
  { values: [10, 9, 100, 1], p50: 9, p99: 100 },
])('of $values.length values, half are at most $p50 and 99 of 100 at most $p99', ({ values, p50, p99 }) => {
  expect(spreadOf(values)).toEqual({ p50, p99 })
})

test('a percentile is the smallest of the values that enough of them do not exceed', () => {
  expect.hasAssertions()
  fc.assert(
    fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 300 }), (values) => {
      const { p99 } = spreadOf(values)
      const atMost = (most: number) => values.filter((value) => value <= most).length
      expect(values).toContain(p99)
      expect(atMost(p99) * 100).toBeGreaterThanOrEqual(99 * values.length)
      expect(atMost(p99 - 1) * 100).toBeLessThan(99 * values.length)
    }),
  )
})

test.each([
  { values: [3], middle: 3 },
  { values: [10, 1, 9], middle: 9 },
  { values: [4, 1, 100, 2], middle: 3 },
])('the median of $values is $middle', ({ values, middle }) => {
  expect(median(values)).toBe(middle)
})

test('no values have no median and no percentiles, rather than a made-up one', () => {
  expect(() => median([])).toThrow(RangeError)
  expect(() => spreadOf([])).toThrow(RangeError)
})
