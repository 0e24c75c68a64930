// Before every route: refuses an address that is none, and forgets what nobody is trusted to say of it.
import { defineEventHandler } from 'h3'
import type { IncomingMessage } from 'node:http'
import { toErrorAnswer } from '#rufer/server/http/call.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'

export default defineEventHandler((event) => {
  const fault = faultOf(event.node.req)
  if (fault) return toErrorAnswer(event, { thrown: fault, operation: 'answer call' })
  // Nitro would believe them where it tells of errors
  delete event.node.req.headers['x-forwarded-host']
  delete event.node.req.headers['x-forwarded-proto']
  return undefined
})

// --- Internal helpers ---

/** Nitro and the router build addresses of these, break or complain where they are none, and print what they were given. */
function faultOf({ headers, url = '' }: IncomingMessage) {
  if (headers.host !== undefined && !URL.canParse(`http://${headers.host}`))
    return new ChatError('invalid-params', { reason: 'send a Host that is one' })
  return url.startsWith('/') && !url.startsWith('//') ? undefined : new ChatError('not-found')
}
