// Clock: the time and the timers of the client, injected so that tests and other runtimes can bring their own.

export interface Clock {
  /** milliseconds since 1970, as the machine has it: somebody may turn it, either way */
  now(): number
  /** milliseconds that never run backwards, for how long something took; they may stand still while the machine sleeps */
  monotonicMs(): number
  /** Runs `callback` once after `ms`; the returned function cancels it. */
  after(ms: number, callback: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}
