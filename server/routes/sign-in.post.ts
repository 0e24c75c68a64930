// POST /sign-in: spends the code of a link for a browser session.
import {
  defineEventHandler,
  sendRedirect,
  setResponseHeader,
  setResponseHeaders,
  setResponseStatus,
  type H3Event,
} from 'h3'
import { useNitroApp } from 'nitropack/runtime'
import { readBytes } from '#rufer/server/http/body.ts'
import { toErrorAnswer } from '#rufer/server/http/call.ts'
import { setBrowserCookie } from '#rufer/server/http/cookie.ts'
import { requireOwnOrigin } from '#rufer/server/http/origin.ts'
import { signInPage } from '#rufer/server/http/sign-in-page.ts'
import { reportRefusal } from '#rufer/server/refusals.ts'
import { requestIdOf, withRequestId } from '#rufer/server/request-id.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'

export default defineEventHandler((event) => withRequestId(requestIdOf(event.node.req), () => signIn(event)))

// --- Internal helpers ---

async function signIn(event: H3Event) {
  const { rufer: process } = useNitroApp()
  setResponseHeader(event, 'Cache-Control', 'no-store')
  try {
    requireOwnOrigin(event.node.req, process.config)
    const { services, config } = process.current()
    const form = new URLSearchParams((await readBytes(event.node.req)).toString())
    process.track(event.node.res)
    const session = await services.sessions.signIn(form.get('code') ?? '')
    if (session) {
      setBrowserCookie(event, session.value, config)
      return await sendRedirect(event, '/chat', 303)
    }
    const spent = new ChatError('unauthorized')
    reportRefusal(spent, process, { request: event.node.req, operation: 'sign in' })
  } catch (error) {
    return toErrorAnswer(event, { thrown: error, operation: 'sign in' })
  }
  const { headers, html } = signInPage({ isSpent: true })
  setResponseStatus(event, 410)
  setResponseHeaders(event, headers)
  return html
}
