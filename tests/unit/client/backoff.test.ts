// Backoff: full jitter between nothing and a ceiling that doubles up to its cap.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffMs, standardBackoff } from '#rufer/client/backoff.ts'

const failures = fc.integer({ min: 0, max: 2000 })
const almostOne = 1 - Number.EPSILON
const ceiling = (count: number) => backoffMs(count, () => almostOne)

describe('backoffMs', () => {
  it('is a whole number of milliseconds from 0 to the cap', () => {
    fc.assert(
      fc.property(failures, fc.double({ min: 0, max: almostOne, noNaN: true }), (count, random) => {
        const ms = backoffMs(count, () => random)
        expect(Number.isInteger(ms)).toBe(true)
        expect(ms).toBeGreaterThanOrEqual(0)
        expect(ms).toBeLessThan(standardBackoff.capMs)
      }),
    )
  })

  it('has a ceiling that never falls with more failures', () => {
    fc.assert(
      fc.property(failures, (count) => {
        expect(ceiling(count + 1)).toBeGreaterThanOrEqual(ceiling(count))
      }),
    )
  })

  it('starts at the base, doubles, and stops at the cap', () => {
    expect([1, 2, 3, 7, 8, 1000].map((count) => ceiling(count) + 1)).toEqual([
      500, 1000, 2000, 30_000, 30_000, 30_000,
    ])
  })
})
