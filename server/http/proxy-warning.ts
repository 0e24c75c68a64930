// The warning that a proxy stands in front and nobody said so: every client would be taken for that proxy.
import type { IncomingMessage } from 'node:http'
import type { Config } from '#rufer/server/config.ts'
import type { Log } from '#rufer/server/log.ts'

/**
 * Looks at requests, and warns at the first that a proxy has passed on where none is trusted. In development Nuxt's own
 * proxy stands in front, and says so in every request.
 */
export function createProxyWarning({
  config,
  log,
  isDev,
}: {
  config: Pick<Config, 'trustedProxies'>
  log: Pick<Log, 'warn'>
  isDev: boolean
}): (request: Pick<IncomingMessage, 'headers'>) => void {
  let isSaid = isDev || config.trustedProxies > 0
  return ({ headers }) => {
    if (isSaid || headers['x-forwarded-for'] === undefined) return
    isSaid = true
    log.warn(
      'a request carries X-Forwarded-For, and no proxy is trusted: if one stands in front, all clients share its limits; set RUFER_TRUSTED_PROXIES',
    )
  }
}
