// POST /api/session-token: the reference back end hands its page a session token.
import { defineCall } from '#rufer/server/http/call.ts'
import { readBrowserCookie } from '#rufer/server/http/cookie.ts'
import type { Rufer } from '#rufer/server/rufer.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'

export default defineCall('POST /api/session-token', async ({ event, rufer, body }) => {
  const { userId, browser } = await whoAsks(rufer, readBrowserCookie(event), body.userId)
  const { value, expiresAt } = await rufer.services.sessions.issueToken(userId, browser)
  return { token: value, expiresAt }
})

// --- Internal helpers ---

/** The signed-in user; in demo mode whoever is named. */
async function whoAsks({ config, services }: Rufer, cookie: string | undefined, named: string | undefined) {
  const browser = cookie === undefined ? undefined : await services.sessions.findBrowser(cookie)
  if (browser && (named === undefined || named === browser.userId)) return { userId: browser.userId, browser }
  if (!config.isDemo) throw new ChatError('sign-in-required')
  if (named !== undefined) return { userId: named, browser: null }
  const issues = [{ path: 'userId', message: 'give the id of a registered user' }]
  throw new ChatError('invalid-params', { reason: 'userId is missing', issues })
}
