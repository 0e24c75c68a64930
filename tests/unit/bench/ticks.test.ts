// Ticks: one call for every interval, at its instant or after it, and none is left out.
import { expect, test } from 'vitest'
import { openTicks } from '#rufer/bench/load/ticks.ts'

const EVERY_MS = 2
const COUNT = 60

test('a tick that was missed comes late, with the instant at which it was due', async () => {
  await using ticks = await openTicks()
  const beganAt = performance.now()
  const calls: { dueAt: number; at: number }[] = []
  const done = Promise.withResolvers<void>()
  ticks.begin(EVERY_MS, (dueAt) => {
    calls.push({ dueAt, at: performance.now() })
    if (calls.length === 10) keepBusy(20 * EVERY_MS)
    if (calls.length === COUNT) done.resolve()
  })
  await done.promise
  const [first = { dueAt: 0 }] = calls
  expect(first.dueAt).toBeGreaterThanOrEqual(beganAt)
  for (const [index, { dueAt, at }] of calls.slice(0, COUNT).entries()) {
    expect(dueAt).toBeCloseTo(first.dueAt + index * EVERY_MS, 1)
    // the two clocks are read some microseconds apart
    expect(at).toBeGreaterThan(dueAt - 0.1)
  }
})

function keepBusy(ms: number) {
  for (const end = performance.now() + ms; performance.now() < end;) continue
}
