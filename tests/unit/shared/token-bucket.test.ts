// The token bucket: never more than its burst and rate allow, and a wait that is enough and not too much.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { giveToken, takeToken, type Bucket, type Rate } from '#rufer/shared/protocol/token-bucket.ts'

const rates = fc.record({
  perSecond: fc.oneof(fc.double({ min: 0.01, max: 1_000, noNaN: true }), fc.integer({ min: 1, max: 100 })),
  burst: fc.integer({ min: 1, max: 100 }),
})
/** Milliseconds between one attempt and the next. */
const pauses = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 5_000, noNaN: true })), {
  minLength: 1,
  maxLength: 100,
})
/** What sums of doubles may be off by. */
const HAIR = 1e-5

/** The instants at which attempts got a token. */
function run(rate: Rate, waits: number[]): number[] {
  let bucket: Bucket | undefined
  let now = 1_000
  const taken: number[] = []
  for (const wait of waits) {
    now += wait
    const attempt = takeToken(bucket, rate, now)
    bucket = attempt.bucket
    if (attempt.waitMs === 0) taken.push(now)
  }
  return taken
}

test('in no window are there more than burst + rate × time', () => {
  expect.hasAssertions()
  fc.assert(
    fc.property(rates, pauses, (rate, waits) => {
      const taken = run(rate, waits)
      for (const [from, begin] of taken.entries()) {
        for (const [more, end] of taken.slice(from).entries()) {
          const allowed = rate.burst + ((end - begin) / 1000) * rate.perSecond
          expect(more + 1).toBeLessThanOrEqual(allowed + HAIR)
        }
      }
    }),
  )
})

test('after the wait there is a token, and hardly earlier', () => {
  expect.hasAssertions()
  fc.assert(
    fc.property(rates, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (rate, tokens) => {
      const now = 123_456.789
      const { bucket, waitMs } = takeToken({ tokens, at: now }, rate, now)
      fc.pre(waitMs > 2)
      expect(takeToken(bucket, rate, now + waitMs).waitMs).toBe(0)
      expect(takeToken(bucket, rate, now + waitMs - 2).waitMs).toBeGreaterThan(0)
    }),
  )
})

test('however often one comes too early, the wait told then is enough', () => {
  expect.hasAssertions()
  fc.assert(
    fc.property(rates, pauses, (rate, waits) => {
      let [bucket, now]: [Bucket | undefined, number] = [{ tokens: 0, at: 0 }, 0]
      for (const wait of waits) {
        now += wait / 1_000
        const attempt = takeToken(bucket, rate, now)
        bucket = attempt.bucket
        expect(takeToken(bucket, rate, now + Math.max(attempt.waitMs, 1_000 / rate.perSecond)).waitMs).toBe(0)
      }
    }),
  )
})

describe('a bucket', () => {
  const rate = { perSecond: 1, burst: 3 }
  const empty = { tokens: 0, at: 10_000 }

  test('never touched is full', () => {
    expect(run(rate, [0, 0, 0, 0])).toHaveLength(3)
  })

  test('of rate 0 always gives', () => {
    expect(run({ perSecond: 0, burst: 1 }, Array(50).fill(0))).toHaveLength(50)
  })

  test('gains nothing and loses nothing when the clock goes backwards', () => {
    expect(takeToken(empty, rate, 5_000)).toEqual({ bucket: { tokens: 0, at: 5_000 }, waitMs: 1_000 })
    expect(takeToken({ tokens: 2, at: 10_000 }, rate, 0)).toMatchObject({ bucket: { tokens: 1 }, waitMs: 0 })
  })

  test('takes back a token, but never more than it holds', () => {
    expect(giveToken(empty, rate).tokens).toBe(1)
    expect(giveToken({ tokens: 2.5, at: 0 }, rate).tokens).toBe(3)
  })
})
