// The secret key of the back-end API.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Lifecycle } from '#rufer/server/lifecycle.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'
import { clientAddress } from './address.ts'

/**
 * Passes a request that carries an accepted key, however many wrong ones came from its address.
 *
 * @throws ChatError `unauthorized` without or with another key, `rate-limited` for too many wrong ones
 */
export function requireKey(
  request: IncomingMessage,
  { config, secretKeys, wrongKeyRate, counters, log }: Lifecycle,
): void {
  const given = request.headers['x-rufer-secret-key']
  if (typeof given === 'string' && secretKeys.some((key) => isSame(key, given))) return
  counters.refused(given === undefined ? 'missing-key' : 'wrong-key')
  if (given === undefined) throw new ChatError('unauthorized')
  const address = clientAddress(request, config.trustedProxies)
  const retryAfterMs = wrongKeyRate.take(address)
  if (retryAfterMs > 0) throw new ChatError('rate-limited', { retryAfterMs })
  log.warn({ address }, 'a wrong secret key was refused')
  throw new ChatError('unauthorized')
}

/** Whether two secrets are the same, in a time that tells nothing of how much of the key was right. */
export function isSame(key: string, given: string): boolean {
  return timingSafeEqual(toDigest(key), toDigest(given))
}

// --- Internal helpers ---

function toDigest(value: string) {
  return createHash('sha256').update(value).digest()
}
