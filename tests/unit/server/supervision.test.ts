// The supervisor on change streams that do what a test says: for all that can become of one, what is told and who is ended.
import mongoose from 'mongoose'
import { pino } from 'pino'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createCounters } from '#rufer/server/counters.ts'
import { isFeedAlive, runFeed, type FeedState } from '#rufer/server/feed.ts'
import { readChanges } from '#rufer/server/store/mongo/feed.ts'
import { createPlace } from '#rufer/server/store/mongo/place.ts'
import type { Change } from '#rufer/server/store/port.ts'
import {
  cut,
  FRESH,
  resumable,
  scriptStreams,
  serverError,
  timeOf,
  type Step,
} from '#rufer/tests/helpers/scripted-streams.ts'

const { Timestamp } = mongoose.mongo
const UNTELLABLE = 13
const begin = { startAtOperationTime: after(timeOf(0)) }
const afresh = { startAtOperationTime: after(FRESH) }
const failedOnce = { 'dropped:feed': 1, 'repaired:feed': 1 }

test.each<[name: string, scripts: Step[][], outcome: Outcome]>([
  ['events', [[1, 2, 3]], { told: ['1', '2', '3'], starts: [begin], counters: {} }],
  [
    'duplicates',
    [
      [1, 2, cut()],
      [2, 3],
    ],
    { told: ['1', '2', '3'], starts: [begin, { resumeAfter: 'after 2' }], counters: {} },
  ],
  [
    'a resumable error',
    [[1, resumable()], [2]],
    { told: ['1', '2'], starts: [begin, { resumeAfter: 'after 1' }], counters: {} },
  ],
  [
    'a cut connection, several times',
    [[1, cut()], [cut()], [2]],
    {
      told: ['1', '2'],
      starts: [begin, { resumeAfter: 'after 1' }, { resumeAfter: 'after 1' }],
      counters: {},
    },
  ],
  [
    'a resume that fails',
    [[1, resumable()], [serverError(286)], ['pulse', 2]],
    {
      told: ['1', 'all ended', '2'],
      starts: [begin, { resumeAfter: 'after 1' }, afresh],
      counters: failedOnce,
    },
  ],
  ...[
    ['ChangeStreamFatalError', serverError(280)] as const,
    ['ChangeStreamHistoryLost', serverError(286)] as const,
    ['CappedPositionLost', serverError(136)] as const,
    ['an invalidated stream', 'end'] as const,
  ].map(([name, step]): [string, Step[][], Outcome] => [
    name,
    [
      [1, step],
      ['pulse', 2],
    ],
    { told: ['1', 'all ended', '2'], starts: [begin, afresh], counters: failedOnce },
  ]),
  [
    'an event that cannot be told',
    [[1, UNTELLABLE, UNTELLABLE + 1]],
    { told: ['1', String(UNTELLABLE + 1)], starts: [begin], counters: { 'dropped:event': 1 } },
  ],
])('%s', async (_, scripts, outcome) => {
  const { told, starts, counters, state } = run(scripts.map((script) => [...script, 'wait']))
  await vi.waitFor(() => expect(told).toEqual(outcome.told), { timeout: 5_000 })
  expect(starts).toEqual(outcome.starts)
  expect(await counters.all()).toEqual(outcome.counters)
  expect(state.isRunning).toBe(true)
})

test('silence: pulses that were written and do not come', async () => {
  const again = Promise.withResolvers<void>()
  const { told, starts, counters, state, pulsed } = run([
    ['pulse', 1, 'wait'],
    [again.promise, 'pulse', 2, 'wait'],
  ])
  await vi.waitFor(() => expect(told).toEqual(['1']))
  pulsed()
  await vi.advanceTimersByTimeAsync(14_000)
  expect([starts.length, isFeedAlive(state)]).toEqual([1, true])
  await vi.advanceTimersByTimeAsync(2_000)
  await vi.waitFor(() => expect(starts).toHaveLength(2))
  expect([told, isFeedAlive(state)]).toEqual([['1'], false])
  again.resolve()
  await vi.waitFor(() => expect(told).toEqual(['1', 'all ended', '2']))
  expect(isFeedAlive(state)).toBe(true)
  expect(await counters.all()).toEqual(failedOnce)
})

test('three rebuilds that fail: every connection is ended, and none is let in until one works', async () => {
  const failing = [serverError(280)]
  const { told, starts, counters, state } = run([
    [1, serverError(280)],
    failing,
    failing,
    failing,
    failing,
    ['pulse', 2, 'wait'],
  ])
  await vi.waitFor(() => expect(starts).toHaveLength(3))
  expect([told, isFeedAlive(state)]).toEqual([['1'], false])
  await vi.waitFor(() => expect(starts).toHaveLength(4))
  await vi.waitFor(() => expect(told).toEqual(['1', 'all ended']))
  await vi.waitFor(() => expect(starts).toHaveLength(5))
  expect([told, isFeedAlive(state)]).toEqual([['1', 'all ended'], false])
  await vi.waitFor(() => expect(told.at(-1)).toBe('2'), { timeout: 5_000 })
  expect(isFeedAlive(state)).toBe(true)
  expect(await counters.all()).toEqual(failedOnce)
})

test('a store that is away for so long that nothing is heard: every connection is ended, and the stream goes on', async () => {
  const back = Promise.withResolvers<void>()
  const { told, starts, counters, state } = run([['pulse', 1, back.promise, 'pulse', 2, 'wait']])
  await vi.waitFor(() => expect(told).toEqual(['1']))
  await vi.advanceTimersByTimeAsync(16_000)
  expect(isFeedAlive(state)).toBe(false)
  await vi.advanceTimersByTimeAsync(43_000)
  expect(told).toEqual(['1'])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(told).toEqual(['1', 'all ended'])
  back.resolve()
  await vi.waitFor(() => expect(told).toEqual(['1', 'all ended', '2']))
  expect(isFeedAlive(state)).toBe(true)
  expect(starts).toHaveLength(1)
  expect(await counters.all()).toEqual({})
})

// --- Internal helpers ---

interface Outcome {
  /** what was told, and when all connections were ended */
  told: string[]
  /** where each stream began */
  starts: unknown[]
  counters: Record<string, number>
}

function after({ t, i }: mongoose.mongo.Timestamp) {
  return new Timestamp({ t, i: i + 1 })
}

/** Runs the supervisor of the process `one` on streams that take one script each. */
function run(scripts: Step[][]) {
  vi.useFakeTimers({
    now: 0,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'],
  })
  const abort = new AbortController()
  onTestFinished(() => {
    abort.abort()
    vi.useRealTimers()
  })
  const { streams, starts } = scriptStreams(...scripts)
  const place = createPlace(timeOf(0))
  const state: FeedState = { isRunning: false, lagMs: 0, heardAt: -Infinity }
  const counters = createCounters()
  const told: string[] = []
  let pulsedAt = -Infinity
  void runFeed({
    watch: (signal) => readChanges(streams, place, signal),
    pulse: async () => undefined,
    pulsedAt: () => pulsedAt,
    tell(one) {
      if (one.kind === 'pulse') return true
      const { conversationId } = one as Change
      if (conversationId === String(UNTELLABLE)) throw new Error('nonsense')
      told.push(conversationId)
      return false
    },
    endAll: () => void told.push('all ended'),
    signal: abort.signal,
    state,
    counters,
    log: pino({ level: 'silent' }),
  })
  return { told, starts, state, counters, pulsed: () => (pulsedAt = performance.now() + 1) }
}
