// POST /api/webhooks/dead-letters/replay: sends some of them anew.
import { defineCall } from '#rufer/server/http/call.ts'

export default defineCall('POST /api/webhooks/dead-letters/replay', async ({ rufer, body }) => ({
  count: await rufer.services.deadLetters.replay(body.ids),
}))
