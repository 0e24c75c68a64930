// Ticks: calls at steady instants, from a thread that does nothing else, as timers of the event loop do not keep them.
import { once } from 'node:events'
import { parentPort, Worker, workerData } from 'node:worker_threads'

export interface Ticks extends AsyncDisposable {
  /** Calls back once for every so many milliseconds from now on, with the instant, by `performance.now()`. */
  begin: (everyMs: number, onTick: (dueAt: number) => void) => void
}

/**
 * Starts the thread, which ends with the block that holds it. It is a tenth of a millisecond late or less.
 *
 * A timer of the event loop has whole milliseconds, and its wait begins anew with whatever arrives meanwhile: it would be
 * the later, the later the answer to what was sent at the last tick, and so put a server's latency on top of itself.
 */
export async function openTicks(): Promise<Ticks> {
  const thread = new Worker(new URL(import.meta.url), { workerData: TICKS })
  await once(thread, 'online')
  return {
    begin(everyMs, onTick) {
      const offset = performance.now() - monotonicMs()
      thread.on('message', (dueAt: number) => onTick(dueAt + offset))
      thread.postMessage(everyMs, [])
    },
    [Symbol.asyncDispose]: async () => void (await thread.terminate()),
  }
}

// --- Internal helpers ---

/** What the thread is started with. */
const TICKS = 'ticks'

/** The same in every thread, where `performance.now()` has an origin of its own, and that of each is the wall clock's. */
function monotonicMs() {
  return Number(process.hrtime.bigint()) / 1_000_000
}

/** Never returns; sleeps, and makes up for what it missed. */
function tick(everyMs: number) {
  const neverWoken = new Int32Array(new SharedArrayBuffer(4))
  for (let dueAt = monotonicMs(); ; dueAt += everyMs) {
    Atomics.wait(neverWoken, 0, 0, Math.max(0, dueAt - monotonicMs()))
    parentPort?.postMessage(dueAt, [])
  }
}

// in that thread this is all that is run
if (workerData === TICKS) parentPort?.once('message', tick)
