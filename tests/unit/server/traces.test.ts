// Traces: the first instant of each step, of the last messages only.
import { expect, test } from 'vitest'
import { createTraces } from '#rufer/server/traces.ts'

test('each step is kept with its instant, the first time only', () => {
  let now = 0
  const traces = createTraces(() => ++now)
  traces.accepted('one')
  traces.committed('one')
  traces.sent('one', 3)
  // sent again
  traces.accepted('one')
  traces.committed('one')
  traces.sent('one', 0)
  expect(traces.of('one')).toEqual({ acceptedAt: 1, committedAt: 2, fedAt: 3, sentTo: 3 })
})

test('of a message of another process only what the feed gave is known', () => {
  const traces = createTraces(() => 7)
  traces.sent('one', 2)
  expect(traces.of('one')).toEqual({ fedAt: 7, sentTo: 2 })
  expect(traces.of('another')).toEqual({})
})

test('the oldest give way', () => {
  const traces = createTraces(() => 1, 3)
  for (const id of ['one', 'two', 'three', 'four', 'one more']) traces.accepted(id)
  expect(['one', 'two', 'three', 'four', 'one more'].filter((id) => traces.of(id).acceptedAt)).toEqual([
    'three',
    'four',
    'one more',
  ])
})
