// GET /sign-in?code=…: asks for one click and spends nothing, because mail scanners open links too.
import { defineEventHandler, getQuery, setResponseHeaders } from 'h3'
import { signInPage } from '#rufer/server/http/sign-in-page.ts'

export default defineEventHandler((event) => {
  const { code } = getQuery(event)
  const { headers, html } = signInPage({ code: typeof code === 'string' ? code : '' })
  setResponseHeaders(event, headers)
  return html
})
