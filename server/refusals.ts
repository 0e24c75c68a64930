// Refusals of those who may not come in: all of them counted, and logged as long as that helps anybody.
import type { IncomingMessage } from 'node:http'
import { clientAddress } from './http/address.ts'
import type { Lifecycle } from './lifecycle.ts'
import { ChatError, type ErrorCode } from '#rufer/shared/protocol/errors.ts'

/** Counts, and logs with its address, whoever was not let in; what was thrown for another reason is none of this. */
export function reportRefusal(
  thrown: unknown,
  { config, counters, log, refusalLogRate }: Lifecycle,
  { request, ...about }: { request: IncomingMessage; operation: string },
): void {
  if (!(thrown instanceof ChatError) || !BARRED.has(thrown.code)) return
  counters.refused(thrown.code)
  const address = clientAddress(request, config.trustedProxies)
  // whoever knocks without end does not fill the disk
  if (refusalLogRate.take(address) > 0) return
  log.info({ address, code: thrown.code, ...about }, 'somebody was not let in')
}

// --- Internal helpers ---

const BARRED: ReadonlySet<ErrorCode> = new Set(['unauthorized', 'sign-in-required', 'origin-refused'])
