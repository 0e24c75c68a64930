// GET /api/webhooks/dead-letters: the webhooks that nobody took, the oldest first.
import { defineCall } from '#rufer/server/http/call.ts'
import { afterOf } from '#rufer/server/http/query.ts'

export default defineCall('GET /api/webhooks/dead-letters', ({ event, rufer }) =>
  rufer.services.deadLetters.list(afterOf(event)),
)
