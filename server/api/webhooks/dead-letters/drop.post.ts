// POST /api/webhooks/dead-letters/drop: forgets some of them.
import { defineCall } from '#rufer/server/http/call.ts'

export default defineCall('POST /api/webhooks/dead-letters/drop', async ({ rufer, body }) => ({
  count: await rufer.services.deadLetters.drop(body.ids),
}))
