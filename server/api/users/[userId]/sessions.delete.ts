// DELETE /api/users/:userId/sessions: ends everything a user holds.
import { defineCall, userIdOf } from '#rufer/server/http/call.ts'

export default defineCall('DELETE /api/users/:userId/sessions', async ({ event, rufer }) => ({
  closed: await rufer.services.sessions.endAll(userIdOf(event)),
}))
