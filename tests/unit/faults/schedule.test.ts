// Schedules of load: the same for the same seed, and with everything in them.
import { expect, test } from 'vitest'
import { makeSchedule } from '#rufer/tests/faults/load/schedule.ts'

const steps = (seed: number, count: number) => makeSchedule({ seed, perSecond: 50 }).take(count).toArray()

test('a seed replays a schedule, another one is another', () => {
  expect(steps(7, 500)).toEqual(steps(7, 500))
  expect(steps(8, 500)).not.toEqual(steps(7, 500))
})

test('everything comes, as often as it should, at about the rate', () => {
  const all = steps(1, 5_000)
  const count = (act: string) => all.filter((step) => step.act === act).length
  expect(count('send')).toBeGreaterThan(3_300)
  for (const act of ['resend', 'read', 'list', 'type', 'stop-typing', 'drop', 'lose-reply'])
    expect(count(act)).toBeGreaterThan(20)
  expect((all.at(-1)?.at ?? 0) / 1_000).toBeCloseTo(100, -1)
  expect(all.every(({ who, where }) => who >= 0 && who < 1 && where >= 0 && where < 1)).toBe(true)
})

test('connections break as often as they are to', () => {
  expect(countBreaks(0)).toBe(0)
  expect(countBreaks(2)).toBeGreaterThan(40)
  expect(countBreaks(2)).toBeLessThan(160)
})

// --- Internal helpers ---

function countBreaks(breaks: number) {
  const all = makeSchedule({ seed: 1, perSecond: 50, breaks }).take(20_000).toArray()
  return all.filter(({ act }) => act === 'drop' || act === 'lose-reply').length
}
