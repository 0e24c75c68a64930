// DELETE /api/users/:userId: erases a user, and answers once that is done.
import { defineCall, userIdOf } from '#rufer/server/http/call.ts'

export default defineCall('DELETE /api/users/:userId', ({ event, rufer }) =>
  rufer.services.erasure.erase(userIdOf(event)),
)
