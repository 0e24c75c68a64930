// Gives every answer over HTTP its security headers, and every page a policy with a nonce of its own.
import { getResponseHeader, setResponseHeader, setResponseHeaders } from 'h3'
import { randomBytes } from 'node:crypto'
import { defineNitroPlugin } from 'nitropack/runtime'
import { NO_CONTENT, pagePolicy, securityHeaders } from '#rufer/server/http/security-headers.ts'

export default defineNitroPlugin(({ hooks, rufer: { config } }) => {
  // the development server puts scripts and styles into pages that no policy would let pass
  if (import.meta.dev) return
  const headers = securityHeaders(config)
  hooks.hook('request', (event) => setResponseHeaders(event, headers))
  hooks.hook('render:route', (_route, { event }) => {
    // an app that extends this one may have set a policy for its own pages
    if (getResponseHeader(event, POLICY) !== NO_CONTENT) return
    const nonce = randomBytes(16).toString('base64')
    event.context['nonce'] = nonce
    setResponseHeader(event, POLICY, pagePolicy(config, { request: event.node.req, nonce }))
  })
  hooks.hook('render:response', ({ headers: own }) => {
    delete own?.['x-powered-by']
  })
})

// --- Internal helpers ---

const POLICY = 'content-security-policy'
