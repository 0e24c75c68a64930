// Request ids: which request a line of the log belongs to, known to the logger without being handed through everything.
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Runs something that belongs to a request; whatever is logged on the way bears its id. */
export function withRequestId<Result>(requestId: string, run: () => Result): Result {
  return current.run({ requestId }, run)
}

/** What every line of the log says of the request it belongs to; nothing outside of one. */
export function ofRequest(): { requestId?: string } {
  return current.getStore() ?? {}
}

/** The id of an HTTP request: that of its header `X-Request-Id`, as a proxy gives one, else one of its own. */
export function requestIdOf(request: IncomingMessage): string {
  const known = ids.get(request)
  if (known !== undefined) return known
  const given = request.headers['x-request-id']
  const id = typeof given === 'string' && SOUND.test(given) ? given : randomUUID()
  ids.set(request, id)
  return id
}

// --- Internal helpers ---

const current = new AsyncLocalStorage<{ requestId: string }>()
const ids = new WeakMap<IncomingMessage, string>()
/** What else a header may hold does not get into the log. */
const SOUND = /^[\w.:-]{1,128}$/
