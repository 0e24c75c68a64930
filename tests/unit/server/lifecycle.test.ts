// What a process says while its feed is silent: that it is not ready, and why; and it lets no connection in.
import { expect, onTestFinished, test, vi } from 'vitest'
import { parseConfig } from '#rufer/server/config.ts'
import { runFeed } from '#rufer/server/feed.ts'
import { startLifecycle } from '#rufer/server/lifecycle.ts'
import { StoreError } from '#rufer/server/store/port.ts'
import { makeFolder } from './store/sqlite/harness.ts'

const ready = { status: 'ready', store: 'sqlite', feedLagMs: expect.any(Number) }
const refusal = expect.objectContaining({ code: 'store-unavailable' })
/** A pulse is told once the disk has it, which may be busy. */
const DISK = { timeout: 20_000 }

test('before its feed gives anything a process is not ready', async () => {
  const { lifecycle } = await open()
  expect(lifecycle.readiness()).toEqual({ status: 'not-ready', reasons: ['feed'] })
  expect(() => lifecycle.requireFeed()).toThrow(refusal)
})

test('a process that has not heard its own pulse for 15 s is not ready until it hears it again', async () => {
  const { lifecycle, run, setSilent } = await open()
  run()
  await vi.waitFor(() => expect(lifecycle.readiness()).toEqual(ready), DISK)
  expect(() => lifecycle.requireFeed()).not.toThrow()

  setSilent(true)
  await vi.advanceTimersByTimeAsync(9_000)
  expect(lifecycle.readiness()).toEqual(ready)
  await vi.advanceTimersByTimeAsync(7_000)
  expect(lifecycle.readiness()).toEqual({ status: 'not-ready', reasons: ['feed'] })
  expect(() => lifecycle.requireFeed()).toThrow(refusal)
  expect(await lifecycle.counters.all()).toMatchObject({ 'refused:store-unavailable': 1 })

  setSilent(false)
  await vi.advanceTimersByTimeAsync(5_000)
  await vi.waitFor(() => expect(lifecycle.readiness()).toEqual(ready), DISK)
  expect(() => lifecycle.requireFeed()).not.toThrow()
})

test('a process that cannot say its pulse is not ready at once for its store, and after 15 s for its feed', async () => {
  const { lifecycle, run, store } = await open()
  run()
  await vi.waitFor(() => expect(lifecycle.readiness()).toEqual(ready), DISK)
  const tell = vi.spyOn(store, 'tell').mockRejectedValue(new StoreError('store-unavailable'))
  await vi.advanceTimersByTimeAsync(6_000)
  const unstored = { status: 'not-ready', reasons: ['store'] }
  await vi.waitFor(() => expect(lifecycle.readiness()).toEqual(unstored), DISK)
  await vi.advanceTimersByTimeAsync(15_000)
  expect(lifecycle.readiness()).toEqual({ status: 'not-ready', reasons: ['store', 'feed'] })
  tell.mockRestore()
  await vi.advanceTimersByTimeAsync(5_000)
  await vi.waitFor(() => expect(lifecycle.readiness()).toEqual(ready), DISK)
})

// --- Internal helpers ---

/** A process on an embedded store, whose time is the test's. */
async function open() {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'performance'] })
  const settings = {
    RUFER_DATA_DIR: await makeFolder(),
    RUFER_SECRET_KEY: 'k'.repeat(40),
    RUFER_LOG_LEVEL: 'silent',
  }
  const lifecycle = startLifecycle(parseConfig(settings, { isDev: false }))
  onTestFinished(async () => {
    vi.useRealTimers()
    await lifecycle.stop()
  })
  const { store, relay, sockets, upkeep } = await lifecycle.whenOpen
  let isSilent = false
  async function* watch(signal: AbortSignal) {
    for await (const one of store.watch(signal)) if (!isSilent) yield one
  }
  const { feed: state, feedSignal: signal, counters, log } = lifecycle
  const { renew: pulse, pulsedAt } = upkeep
  const run = () =>
    void runFeed({
      watch,
      pulse,
      pulsedAt,
      signal,
      state,
      counters,
      log,
      tell: relay.deliver,
      endAll: sockets.restart,
    })
  return { lifecycle, store, run, setSilent: (silent: boolean) => void (isSilent = silent) }
}
