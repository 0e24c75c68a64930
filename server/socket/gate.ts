// The gate: every check of an upgrade, the cheapest first and the token last, so that a refusal costs none.
import type { IncomingMessage } from 'node:http'
import type { Config } from '#rufer/server/config.ts'
import type { Counters } from '#rufer/server/counters.ts'
import { clientAddress } from '#rufer/server/http/address.ts'
import { isOwnOrigin } from '#rufer/server/http/origin.ts'
import type { RateLimiter } from '#rufer/server/rate-limiter.ts'
import type { SessionsService } from '#rufer/server/services/sessions.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'
import type { Admission, Admissions } from './admissions.ts'
import { authenticate, PROTOCOL } from './authenticate.ts'

export interface GateDeps {
  config: Config
  sessions: SessionsService
  admissions: Admissions
  /** upgrades an address */
  upgradeRate: RateLimiter
  counters: Counters
}

/** Lets an upgrade in whose handshake is sound. @throws ChatError for what the upgrade is answered with */
export type Gate = (request: IncomingMessage) => Promise<Admission>

export function createGate(deps: GateDeps): Gate {
  return async (request) => {
    const admission = takePlace(request, deps)
    // whatever becomes of the upgrade, the place is free once the socket is
    request.socket.once('close', admission.release)
    try {
      checkOrigin(request, deps.config)
      await authenticate(offeredProtocols(request), admission, deps)
      return admission
    } catch (error) {
      admission.release()
      throw error
    }
  }
}

/**
 * Refuses other paths, and what ws would find wrong only after the token was spent (RFC 6455 section 4.2.1).
 *
 * @throws ChatError `not-found`, `invalid-params`
 */
export function checkHandshake({ url, method, headers }: IncomingMessage): void {
  // never built from the Host header, which may be anything
  if ((url ?? '').split('?', 1)[0] !== '/ws') throw new ChatError('not-found')
  if (method !== 'GET') throw new ChatError('invalid-params', { reason: 'use GET' })
  const wrong = HANDSHAKE.find(({ isRight }) => !isRight(headers))
  if (wrong) throw new ChatError('invalid-params', { reason: wrong.advice })
}

// --- Internal helpers ---

/** Names with commas between them (RFC 6455 section 4.1); `ws` refuses anything else, and a name that comes twice. */
const PROTOCOLS = /^[\w!#$%&'*+.^`|~-]+(?:[ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*$/

const HANDSHAKE: { isRight: (headers: IncomingMessage['headers']) => boolean; advice: string }[] = [
  // crossws builds an address of it: what belongs into a path would hide the socket from its hooks
  { isRight: ({ host }) => host !== undefined && !/[/?#\\]/.test(host), advice: 'send the header Host' },
  {
    isRight: ({ upgrade }) => upgrade?.toLowerCase() === 'websocket',
    advice: 'send the header Upgrade: websocket',
  },
  {
    isRight: (headers) => headers['sec-websocket-version'] === '13',
    advice: 'send Sec-WebSocket-Version: 13',
  },
  {
    isRight: (headers) => /^[A-Za-z0-9+/]{22}==$/.test(headers['sec-websocket-key'] ?? ''),
    advice: 'send a Sec-WebSocket-Key of 16 bytes in base64',
  },
  {
    isRight: (headers) => PROTOCOLS.test(headers['sec-websocket-protocol'] ?? PROTOCOL),
    advice: 'send a Sec-WebSocket-Protocol of names with commas between them',
  },
  {
    isRight: (headers) =>
      new Set(offeredProtocols({ headers })).size === offeredProtocols({ headers }).length,
    advice: 'offer every subprotocol once',
  },
]

function takePlace(request: IncomingMessage, { config, admissions, upgradeRate, counters }: GateDeps) {
  const address = clientAddress(request, config.trustedProxies)
  if (!admissions.hasRoom()) {
    counters.refused('connections')
    throw new ChatError('overloaded', {
      reason: 'the server has too many connections',
      retryAfterMs: BUSY_MS,
    })
  }
  if (!admissions.hasRoomFor(address)) {
    counters.refused('connections-per-address')
    throw new ChatError('rate-limited', {
      reason: 'the address has too many connections',
      retryAfterMs: BUSY_MS,
    })
  }
  const waitMs = upgradeRate.take(address)
  if (waitMs > 0) {
    counters.refused('upgrades-per-second')
    throw new ChatError('rate-limited', { reason: 'the address connects too often', retryAfterMs: waitMs })
  }
  return admissions.take(address)
}

function checkOrigin(request: IncomingMessage, config: Config) {
  if (isOwnOrigin(config, request)) return
  if (!config.allowedOrigins.includes(request.headers.origin ?? '')) {
    throw new ChatError('origin-refused', {
      reason: 'the page of this origin may not open connections; add it to RUFER_ALLOWED_ORIGINS',
    })
  }
}

function offeredProtocols({ headers }: Pick<IncomingMessage, 'headers'>) {
  return (headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim())
}

/** When it makes sense to ask again where no rate tells. */
const BUSY_MS = 5_000
