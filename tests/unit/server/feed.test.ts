// The supervisor of the change feed, on a store whose watch ends as the test says.
import { pino } from 'pino'
import { Writable } from 'node:stream'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createCounters } from '#rufer/server/counters.ts'
import { runFeed } from '#rufer/server/feed.ts'
import type { Change } from '#rufer/server/store/port.ts'

test('changes are told in their order, until the signal; it runs from the first on', async () => {
  const { watches, told, state, stop, ended, counters, pulses } = run()
  expect([pulses(), state.isRunning]).toEqual([1, false])
  watches[0]?.give(change('one'))
  watches[0]?.give(change('two'))
  await vi.waitFor(() => expect(told).toEqual(['one', 'two']))
  expect(state.isRunning).toBe(true)
  stop()
  await ended
  expect(state.isRunning).toBe(false)
  expect(watches).toHaveLength(1)
  expect(await counters.all()).toEqual({})
})

test('a feed that fails is opened again, and everybody sent to read what was missed before it goes on', async () => {
  const { watches, told, state, logged, counters, pulses } = run()
  watches[0]?.give(change('before'))
  watches[0]?.fail(new Error('gone'))
  await vi.waitFor(() => expect(watches).toHaveLength(2))
  expect(pulses()).toBe(2)
  expect([told, state.isRunning]).toEqual([['before'], false])
  watches[1]?.give(change('after'))
  await vi.waitFor(() => expect(told).toEqual(['before', 'all ended', 'after']))
  expect(state.isRunning).toBe(true)
  watches[1]?.give(change('more'))
  await vi.waitFor(() => expect(told.slice(2)).toEqual(['after', 'more']))
  expect(logged()).toMatchObject([{ level: 50, err: { message: 'gone' } }, { level: 30 }])
  expect(await counters.all()).toEqual({ 'dropped:feed': 1, 'repaired:feed': 1 })
})

test('a feed that ends by itself has failed, too', async () => {
  const { watches, counters } = run()
  watches[0]?.end()
  await vi.waitFor(async () => expect(await counters.all()).toEqual({ 'dropped:feed': 1 }))
  await vi.advanceTimersByTimeAsync(100)
  expect(watches).toHaveLength(2)
})

test('as long as it cannot be opened it is tried again, less and less often; the third time all are ended', async () => {
  const { watches, attempts, refuse, told, state, logged, counters } = run()
  refuse(true)
  watches[0]?.fail(new Error('gone'))
  await vi.advanceTimersByTimeAsync(300)
  expect([attempts.length, told]).toEqual([3, []])
  await vi.advanceTimersByTimeAsync(59_700)
  const waits = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0))
  expect(waits.slice(0, 7)).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000])
  expect(new Set(waits.slice(6))).toEqual(new Set([5_000]))
  expect([told, state.isRunning]).toEqual([['all ended'], false])
  // the failure, and that everybody was sent away
  expect(logged()).toHaveLength(2)

  refuse(false)
  await vi.advanceTimersByTimeAsync(5_000)
  watches[1]?.give(change('after'))
  await vi.waitFor(() => expect(told).toEqual(['all ended', 'all ended', 'after']))
  expect(await counters.all()).toEqual({ 'dropped:feed': 1, 'repaired:feed': 1 })

  // once something has come, the next failure is the first again
  watches[1]?.fail(new Error('gone again'))
  await vi.advanceTimersByTimeAsync(100)
  expect(watches).toHaveLength(3)
})

test('a feed that gives none of the pulses that were written is opened again, and everybody comes back', async () => {
  const { watches, told, state, pulse, counters } = run()
  const beat = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms)
    pulse(performance.now())
  }
  await beat(10_000)
  watches[0]?.give(change('pulse'))
  await vi.waitFor(() => expect(told).toEqual(['pulse']))
  const { heardAt } = state
  expect(heardAt).toBeGreaterThanOrEqual(10_000)
  // no pulse can be written while the store is away: that the feed is silent then says nothing of it
  await vi.advanceTimersByTimeAsync(40_000)
  expect(watches).toHaveLength(1)
  await beat(0)
  await vi.advanceTimersByTimeAsync(14_000)
  expect(watches).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(3_000)
  expect(watches).toHaveLength(2)
  expect([told, state.isRunning]).toEqual([['pulse'], false])
  watches[1]?.give(change('pulse'))
  await vi.waitFor(() => expect(told).toEqual(['pulse', 'all ended', 'pulse']))
  expect(state.heardAt).toBeGreaterThan(heardAt)
  expect(await counters.all()).toEqual({ 'dropped:feed': 1, 'repaired:feed': 1 })
})

test('that a process which was stopped meanwhile heard nothing says nothing of the feed', async () => {
  const { watches, told, pulse } = run()
  pulse(performance.now() + 1)
  await vi.advanceTimersByTimeAsync(5_000)
  vi.setSystemTime(Date.now() + 3_600_000)
  await vi.advanceTimersByTimeAsync(2_000)
  expect([watches.length, told]).toEqual([1, []])
})

test('how long an event takes is measured by the own pulse', async () => {
  const { watches, state } = run()
  await vi.advanceTimersByTimeAsync(1_000)
  watches[0]?.give({ ...change('pulse'), at: new Date(Date.now() - 30).toISOString() })
  watches[0]?.give({ ...change('old'), at: new Date(0).toISOString() })
  await vi.waitFor(() => expect(state.lagMs).toBeGreaterThan(0))
  expect(state.lagMs).toBeLessThan(1_000)
})

test('a stop ends the wait', async () => {
  const { watches, stop, ended, attempts, logged } = run()
  watches[0]?.fail(new Error('gone'))
  await vi.waitFor(() => expect(logged()).toHaveLength(1))
  stop()
  await ended
  await vi.advanceTimersByTimeAsync(60_000)
  expect(attempts).toHaveLength(1)
})

test('a change that cannot be told is counted, and the next one is told', async () => {
  const { watches, told, counters, state } = run()
  watches[0]?.give(change('bad'))
  watches[0]?.give(change('good'))
  await vi.waitFor(() => expect(told).toEqual(['good']))
  expect(state.isRunning).toBe(true)
  expect(await counters.all()).toEqual({ 'dropped:event': 1 })
})

// --- Internal helpers ---

function change(conversationId: string) {
  return { conversationId, at: '2026-01-01T00:00:00.000Z', kind: 'receipt.updated' } as Change
}

/** Runs the supervisor; `attempts` are the instants at which it asked for a watch. */
function run() {
  vi.useFakeTimers({
    now: 0,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'],
  })
  onTestFinished(() => void vi.useRealTimers())
  const abort = new AbortController()
  const watches: ReturnType<typeof createWatch>[] = []
  const attempts: number[] = []
  const told: string[] = []
  const lines: string[] = []
  const log = pino(new Writable({ write: (line, _, done) => (lines.push(String(line)), done()) }))
  const counters = createCounters()
  const state = { isRunning: false, lagMs: 0, heardAt: 0 }
  let isRefused = false
  let pulsedAt = 0
  let pulses = 0
  const ended = runFeed({
    watch(signal) {
      attempts.push(Date.now())
      if (isRefused) throw new Error('still gone')
      const watch = createWatch(signal)
      watches.push(watch)
      return watch.changes
    },
    tell(one) {
      const { conversationId } = one as Change
      if (conversationId === 'bad') throw new Error('bad')
      told.push(conversationId)
      return conversationId === 'pulse'
    },
    pulse: async () => void pulses++,
    pulsedAt: () => pulsedAt,
    endAll: () => void told.push('all ended'),
    signal: abort.signal,
    state,
    counters,
    log,
  })
  return {
    watches,
    attempts,
    told,
    state,
    counters,
    ended,
    stop: () => abort.abort(),
    refuse: (refused: boolean) => (isRefused = refused),
    pulse: (at: number) => (pulsedAt = at),
    pulses: () => pulses,
    logged: () => lines.map((line) => JSON.parse(line)),
  }
}

/** A watch that gives, fails and ends on command. */
function createWatch(signal: AbortSignal) {
  let next = Promise.withResolvers<Change | undefined>()
  const waiting = [next]
  const step = (settle: (current: typeof next) => void) => {
    settle(next)
    next = Promise.withResolvers()
    waiting.push(next)
  }
  const end = () => step(({ resolve }) => resolve(undefined))
  signal.addEventListener('abort', end)
  async function* changes() {
    for (;;) {
      const one = await waiting.shift()?.promise
      if (!one) return
      yield one
    }
  }
  return {
    changes: changes(),
    give: (one: Change) => step(({ resolve }) => resolve(one)),
    fail: (error: Error) => step(({ reject }) => reject(error)),
    end,
  }
}
