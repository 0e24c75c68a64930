// Waiting for something to become so: for tests, and for programs that no test runner runs.
import { setTimeout as pause } from 'node:timers/promises'

interface Waiting {
  /** such as "everybody is live" */
  what: string
  timeoutMs: number
  /** between two looks */
  everyMs?: number
}

/**
 * Looks again and again, until there is nothing to complain about.
 *
 * @param look gives what is wrong, undefined once nothing is
 * @throws Error with the last complaint, where it took too long
 */
export async function until(
  { what, timeoutMs, everyMs = 50 }: Waiting,
  look: () => string | undefined | Promise<string | undefined>,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const complaint = await look()
    if (complaint === undefined) return
    if (performance.now() > deadline)
      throw new Error(`waited in vain for ${timeoutMs / 1_000} s until ${what}; ${complaint}`)
    await pause(everyMs)
  }
}
