// POST /api/messages: sends a message of any user, as a back end does for its bots.
import { defineCall } from '#rufer/server/http/call.ts'

export default defineCall('POST /api/messages', ({ rufer, body: { senderId, ...params } }) =>
  rufer.services.messages.post(senderId, params),
)
