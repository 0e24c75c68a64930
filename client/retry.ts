// Retry: asks again, as long as the answer is an error that may pass while the connection stands.
import { backoffMs } from './backoff.ts'
import type { Clock } from './clock.ts'
import { RequestError } from './request-error.ts'

/**
 * Runs `ask` until it succeeds, waiting as long as the server said or with backoff in between.
 *
 * @throws RequestError one that is not retryable, or `connection-lost`
 */
export async function retrying<T>(
  ask: () => Promise<T>,
  { clock, random }: { clock: Clock; random: () => number },
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await ask()
    } catch (error) {
      if (!mayPass(error)) throw error
      await sleep(clock, error.retryAfterMs ?? backoffMs(failures, random))
    }
  }
}

function mayPass(error: unknown): error is RequestError {
  return error instanceof RequestError && error.retryable && error.code !== 'connection-lost'
}

function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve)
  })
}
