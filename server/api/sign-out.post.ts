// POST /api/sign-out: ends the browser session, for every copy of its cookie.
import { defineCall } from '#rufer/server/http/call.ts'
import { clearBrowserCookie, readBrowserCookie } from '#rufer/server/http/cookie.ts'

export default defineCall('POST /api/sign-out', async ({ event, rufer }) => {
  const cookie = readBrowserCookie(event)
  if (cookie !== undefined) await rufer.services.sessions.signOut(cookie)
  clearBrowserCookie(event, rufer.config)
  return {}
})
