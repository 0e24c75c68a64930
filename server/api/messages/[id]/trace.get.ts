// GET /api/messages/:id/trace: what became of a message.
import { defineCall, messageIdOf } from '#rufer/server/http/call.ts'

export default defineCall('GET /api/messages/:id/trace', ({ event, rufer }) =>
  rufer.services.messages.trace(messageIdOf(event)),
)
