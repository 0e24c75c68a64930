// POST /api/users/sign-in-link: a link that signs one browser in.
import { defineCall } from '#rufer/server/http/call.ts'
import { ownOrigin } from '#rufer/server/http/origin.ts'

export default defineCall('POST /api/users/sign-in-link', async ({ event, rufer, body }) => {
  const { value, expiresAt } = await rufer.services.sessions.issueLink(body.userId)
  return { url: `${ownOrigin(rufer.config, event.node.req)}/sign-in?code=${value}`, expiresAt }
})
