// ConnectionStatus: the five states of the connection, and which close code leads where.
import { closeCodes } from '#rufer/shared/protocol/close-codes.ts'
import type { TokenRefused } from './token-refused.ts'

/**
 * Why the client stays closed: `client` it was told to, `ended` the session was ended by the back end, `refused` the
 * server refused a frame, `user-changed` a token for another user came, `gave-up` no attempt is left; the others are
 * the answers to the request for a token.
 */
export type ClosedReason =
  | 'client'
  | 'ended'
  | 'refused'
  | 'user-changed'
  | 'gave-up'
  | TokenRefused['reason']

export type ConnectionStatus =
  | { state: 'connecting'; attempt: number }
  /** connected, and catching up with what was missed */
  | { state: 'syncing' }
  | { state: 'live' }
  /**
   * `waitMs`: from then until the next attempt; `retryAt`: when that is, by `performance.now()`; `code`: the close code,
   * where there was one
   */
  | { state: 'offline'; waitMs: number; retryAt: number; attempt: number; code?: number }
  | { state: 'closed'; reason: ClosedReason; code?: number }

/** A client that kept exceeding the rates is not let in again earlier. */
const FLOOD_PAUSE_MS = 30_000

/** What a close code asks of the client: to stay closed, and why, or to wait at least that long. */
export function afterClose(code: number): { closed: ClosedReason } | { pauseMs: number } {
  const known = Object.values(closeCodes).find((closeCode) => closeCode.code === code)
  if (known?.client === 'stays-closed') return { closed: reasonOf(code) }
  return { pauseMs: code === closeCodes.flooding.code ? FLOOD_PAUSE_MS : 0 }
}

function reasonOf(code: number): ClosedReason {
  if (code === closeCodes.normal.code) return 'client'
  return code === closeCodes.ended.code ? 'ended' : 'refused'
}
