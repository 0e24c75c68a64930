// The backlog: requests that came or waited with others of their connection run a few at a time, with everybody else in between.
import { setImmediate as nextTurn } from 'node:timers/promises'

/** Resolves when one more request may run. */
export type TakeTurn = () => Promise<void>

/**
 * Makes the one line in which such requests of all connections stand.
 *
 * Whoever asks for one thing at a time never stands in it; whoever asks for much at once waits longer, and nobody else does.
 *
 * @param monotonicMs the clock, which never runs backwards
 */
export function createBacklog(monotonicMs: () => number): TakeTurn {
  const waiting: (() => void)[] = []
  let isRunning = false

  async function run() {
    isRunning = true
    while (waiting.length > 0) {
      const began = monotonicMs()
      await othersTurn()
      const now = monotonicMs()
      await runSome(now + Math.max(LEAST_MS, (now - began) * SHARE))
    }
    isRunning = false
  }

  async function runSome(until: number) {
    do {
      waiting.shift()?.()
      await ranAsFarAsItCan()
    } while (waiting.length > 0 && monotonicMs() < until)
  }

  return () =>
    new Promise((resolve) => {
      waiting.push(resolve)
      if (!isRunning) void run()
    })
}

// --- Internal helpers ---

/** Of a turn of the event loop; a request that takes longer is the only one of its turn. */
const LEAST_MS = 1
/** Of what others took just now: where turns are long, who waits in the line still gets on. */
const SHARE = 0.5

/** One whole turn: what came meanwhile is read, and what is to be written for it is committed. */
async function othersTurn() {
  await nextTurn()
  await nextTurn()
}

/** After all promises that are settled by now, and by what follows from that. */
function ranAsFarAsItCan() {
  return new Promise<void>((resolve) => queueMicrotask(() => process.nextTick(resolve)))
}
