// The rate limiter: a bucket a key, and a memory that follows who is active.
import { expect, test } from 'vitest'
import { createRateLimiter } from '#rufer/server/rate-limiter.ts'

function createWithClock(rate: { perSecond: number; burst: number }) {
  const clock = { now: 0 }
  return { clock, limiter: createRateLimiter(rate, () => clock.now) }
}

test('every key has a bucket of its own', () => {
  const { clock, limiter } = createWithClock({ perSecond: 2, burst: 1 })
  expect([limiter.take('a'), limiter.take('b'), limiter.take('a')]).toEqual([0, 0, 500])
  clock.now = 500
  expect([limiter.take('a'), limiter.take('a')]).toEqual([0, 500])
})

test('a token given back can be taken again', () => {
  const { limiter } = createWithClock({ perSecond: 1, burst: 1 })
  limiter.take('a')
  limiter.give('a')
  expect([limiter.take('a'), limiter.take('a')]).toEqual([0, 1_000])
  limiter.give('nobody')
  expect([limiter.take('nobody'), limiter.take('nobody')]).toEqual([0, 1_000])
})

test('a rate of 0 is off', () => {
  const { limiter } = createWithClock({ perSecond: 0, burst: 1 })
  expect(Array.from({ length: 100 }, () => limiter.take('a'))).toEqual(Array(100).fill(0))
})

test('forgetting full buckets among thousands lets nobody have more', () => {
  const { clock, limiter } = createWithClock({ perSecond: 1, burst: 2 })
  const keys = Array.from({ length: 5_000 }, (_, index) => `key ${index}`)
  limiter.take('spent')
  limiter.take('spent')
  for (const key of keys) limiter.take(key)
  expect(limiter.take('spent')).toBe(1_000)
  clock.now = 1_000
  for (const key of keys.map((known) => `other ${known}`)) limiter.take(key)
  expect([limiter.take('spent'), limiter.take('spent')]).toEqual([0, 1_000])
})
