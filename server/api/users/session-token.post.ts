// POST /api/users/session-token: a token that opens one connection of a user.
import { defineCall } from '#rufer/server/http/call.ts'

export default defineCall('POST /api/users/session-token', async ({ rufer, body }) => {
  const { value, expiresAt } = await rufer.services.sessions.issueToken(body.userId)
  return { token: value, expiresAt }
})
