// GET /api/users/:userId/online: whether a user is online, or when they were last seen.
import { defineCall, userIdOf } from '#rufer/server/http/call.ts'

export default defineCall('GET /api/users/:userId/online', async ({ event, rufer }) => {
  const { userId, status, lastSeenAt } = await rufer.services.presence.get(userIdOf(event))
  return { userId, isOnline: status === 'online', lastSeenAt }
})
