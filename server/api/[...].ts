// Any other path or method under /api.
import { defineEventHandler, setResponseHeader } from 'h3'
import { toErrorAnswer } from '#rufer/server/http/call.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'

export default defineEventHandler((event) => {
  setResponseHeader(event, 'Cache-Control', 'no-store')
  return toErrorAnswer(event, { thrown: new ChatError('not-found'), operation: 'answer call' })
})
