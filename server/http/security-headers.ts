// What browsers are told never to do with our answers (OWASP ASVS 3.4).
import type { IncomingMessage } from 'node:http'
import type { Config } from '#rufer/server/config.ts'
import { ownOrigin } from './origin.ts'

/** What an answer may do in a browser unless it is a page: nothing. */
export const NO_CONTENT = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** The headers of every answer; a route may set another policy of its own. */
export function securityHeaders({ publicOrigin }: Pick<Config, 'publicOrigin'>): Record<string, string> {
  return {
    'Content-Security-Policy': NO_CONTENT,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    // said over plain http it would mean nothing, and on a developer's localhost it would be wrong
    ...(publicOrigin?.startsWith('https:') && { 'Strict-Transport-Security': `max-age=${YEAR_S}` }),
  }
}

/** The content security policy of a page whose scripts carry the nonce: nothing but what is our own. */
export function pagePolicy(
  config: Pick<Config, 'publicOrigin'>,
  { request, nonce }: { request: IncomingMessage; nonce: string },
): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${socketOrigins(config, request)}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

// --- Internal helpers ---

const YEAR_S = 365 * 24 * 3_600
/** No other character of a Host header gets into a policy. */
const HOST = /^[\w.-]+(?::\d+)?$|^\[[\da-f:.]+\](?::\d+)?$/i

/** Safari before 15.4 does not count sockets to one's own origin among 'self'. */
function socketOrigins(config: Pick<Config, 'publicOrigin'>, request: IncomingMessage) {
  const [scheme = '', host = ''] = ownOrigin(config, request).split('://')
  if (!HOST.test(host)) return ''
  // without a public URL it is not known whether a proxy in front speaks https
  return config.publicOrigin === undefined || scheme === 'http'
    ? ` ws://${host} wss://${host}`
    : ` wss://${host}`
}
