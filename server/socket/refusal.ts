// The HTTP answer to an upgrade that is refused.
import { STATUS_CODES } from 'node:http'
import { ChatError, errors } from '#rufer/shared/protocol/errors.ts'

/**
 * What was thrown while an upgrade was looked at, as the answer to it.
 *
 * Its body has the shape of every other error. It is given as bytes: crossws percent-encodes header values, and a text
 * body would bring a content type.
 */
export function toRefusal(thrown: unknown): Response {
  const { code, message, retryAfterMs } = ChatError.from(thrown)
  const error = { code, message: `unable to open connection; ${message}` }
  const headers: Record<string, string> =
    retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }
  const { status } = errors[code]
  const body = new TextEncoder().encode(JSON.stringify({ error }))
  return new Response(body, { status, statusText: STATUS_CODES[status] ?? '', headers })
}
