// From the subprotocols a client offers to the session it may open: the token is looked up, and spent last.
import type { SessionsService } from '#rufer/server/services/sessions.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'
import type { Admission, Admissions } from './admissions.ts'

/** The protocol that the server speaks and selects. */
export const PROTOCOL = 'rufer.v1'

/**
 * Spends the offered token on an admission.
 *
 * @throws ChatError `invalid-params` without `rufer.v1`, `unauthorized` for no, a bad, used or expired token,
 * `rate-limited` when the user has too many connections, which costs no token
 */
export async function authenticate(
  offered: string[],
  admission: Admission,
  { sessions, admissions }: { sessions: SessionsService; admissions: Admissions },
): Promise<void> {
  if (!offered.includes(PROTOCOL)) {
    throw new ChatError('invalid-params', { reason: `offer the subprotocol ${PROTOCOL}` })
  }
  const token = offered.find((protocol) => TOKEN.test(protocol))?.slice(TOKEN_PREFIX.length)
  const session = token === undefined ? undefined : await sessions.findToken(token)
  if (token === undefined || !session) throw unauthorized()
  if (!admissions.assign(admission, session)) {
    throw new ChatError('rate-limited', { reason: 'the user has too many connections' })
  }
  if (!(await sessions.takeToken(token))) throw unauthorized()
}

// --- Internal helpers ---

const TOKEN_PREFIX = 'rufer.token.'
const TOKEN = /^rufer\.token\.[A-Za-z0-9_-]{43}$/

const unauthorized = () =>
  new ChatError('unauthorized', {
    reason: `offer the subprotocol ${TOKEN_PREFIX}<token> with an unused session token`,
  })
