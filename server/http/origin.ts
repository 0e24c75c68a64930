// Which pages may act in a user's name: those of one's own origin, and for sockets those of the settings.
import type { IncomingMessage } from 'node:http'
import type { Config } from '#rufer/server/config.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'

/** One's own origin: that of the settings, else that of the request. */
export function ownOrigin({ publicOrigin }: Pick<Config, 'publicOrigin'>, request: IncomingMessage): string {
  return publicOrigin ?? `http://${request.headers.host ?? 'localhost'}`
}

/**
 * Whether a request comes from one's own page or from no page at all (back ends and bots send no `Origin`).
 *
 * Without a public URL only hosts are compared, because whether a proxy in front speaks https is not known then.
 */
export function isOwnOrigin(
  { publicOrigin }: Pick<Config, 'publicOrigin'>,
  request: IncomingMessage,
): boolean {
  const { origin, host } = request.headers
  if (origin === undefined) return true
  if (publicOrigin !== undefined) return origin === publicOrigin
  return URL.canParse(origin) && /^https?:/.test(origin) && new URL(origin).host === host
}

/** @throws ChatError `origin-refused` for a request from a page of another origin */
export function requireOwnOrigin(request: IncomingMessage, config: Pick<Config, 'publicOrigin'>): void {
  if (!isOwnOrigin(config, request)) throw new ChatError('origin-refused')
}
