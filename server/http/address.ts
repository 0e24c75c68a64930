// The address a request comes from, behind as many proxies as the settings say.
import type { IncomingMessage } from 'node:http'

/**
 * The client's address: the socket's, or with proxies in front the one that many places from the right of
 * `X-Forwarded-For`. What stands further left was written by the client and proves nothing.
 */
export function clientAddress(request: IncomingMessage, trustedProxies: number): string {
  const own = request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? 'local'
  if (trustedProxies === 0) return own
  const forwarded = [request.headers['x-forwarded-for'] ?? ''].flat().join(',').split(',')
  return forwarded.at(-trustedProxies)?.trim() || own
}
