// POST /api/users/register: registers a user, or updates the profile.
import { setResponseStatus } from 'h3'
import { defineCall } from '#rufer/server/http/call.ts'

export default defineCall('POST /api/users/register', async ({ event, rufer, body }) => {
  const outcome = await rufer.services.users.register(body)
  setResponseStatus(event, outcome === 'created' ? 201 : 200)
  return body
})
