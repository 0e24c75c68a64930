// Secrets: tokens, sign-in links and browser sessions, kept as hashes.
import type { Instant } from '#rufer/shared/model/instant.ts'
import { takeToken, type Rate } from '#rufer/shared/protocol/token-bucket.ts'
import type { Secret, SecretAllowance, SecretKey, SecretOutcome } from '../port.ts'
import type { Database } from './database.ts'
import type { Row } from './row.ts'

const PRUNED_AT_ONCE = 1_000
const OF_KEY = 'hash = :hash AND kind = :kind AND expires_at > :at'

interface Put {
  secret: Secret
  at: Instant
  allowance?: SecretAllowance | undefined
}

export function putSecret(database: Database, { secret, at, allowance }: Put): SecretOutcome {
  const { hash, kind, userId, expiresAt, parentHash } = secret
  const user = database.get('SELECT user_id FROM users WHERE user_id = :userId AND erased_at IS NULL', {
    userId,
  })
  if (!user) return { outcome: 'user-not-found' }
  if (parentHash !== null && !peekSecret(database, { hash: parentHash, kind: 'browser' }, at)) {
    return { outcome: 'parent-not-found' }
  }
  const retryAfterMs = allowance
    ? spend(database, { ...allowance.rate, userId, kind, now: Date.parse(at) })
    : 0
  if (retryAfterMs > 0) return { outcome: 'rate-limited', retryAfterMs }
  database.run(
    `INSERT INTO secrets (hash, kind, user_id, expires_at, parent_hash)
     VALUES (:hash, :kind, :userId, :expiresAt, :parentHash)`,
    { hash, kind, userId, expiresAt, parentHash },
  )
  if (allowance && allowance.unused > 0) voidOldest(database, { userId, kind, at, kept: allowance.unused })
  return { outcome: 'stored' }
}

export function peekSecret(database: Database, { hash, kind }: SecretKey, at: Instant): Secret | undefined {
  const row = database.get(`SELECT * FROM secrets WHERE ${OF_KEY}`, { hash, kind, at })
  return row && toSecret(row, kind)
}

export function takeSecret(database: Database, { hash, kind }: SecretKey, at: Instant): Secret | undefined {
  const row = database.get(`DELETE FROM secrets WHERE ${OF_KEY} RETURNING *`, { hash, kind, at })
  return row && toSecret(row, kind)
}

export function voidSecrets(database: Database, which: { userId: string } | { hash: string }): number {
  if ('userId' in which)
    return database.run('DELETE FROM secrets WHERE user_id = :userId', { userId: which.userId })
  return database.run('DELETE FROM secrets WHERE hash = :hash OR parent_hash = :hash', { hash: which.hash })
}

/** Forgets some that expired by now; tells whether it forgot as many as it would at once. */
export function pruneSecrets(database: Database, now: Instant): boolean {
  const pruned = database.run(
    'DELETE FROM secrets WHERE id IN (SELECT id FROM secrets WHERE expires_at <= :now LIMIT :most)',
    { now, most: PRUNED_AT_ONCE },
  )
  return pruned === PRUNED_AT_ONCE
}

// --- helpers ---

/** Takes a token out of a user's bucket; tells how many milliseconds to wait for one. */
function spend(
  database: Database,
  { userId, kind, now, ...rate }: Rate & { userId: string; kind: string; now: number },
) {
  if (rate.perSecond === 0) return 0
  const row = database.get('SELECT tokens, at FROM buckets WHERE user_id = :userId AND kind = :kind', {
    userId,
    kind,
  })
  const { bucket, waitMs } = takeToken(
    row && { tokens: row.number('tokens'), at: row.number('at') },
    rate,
    now,
  )
  database.run(
    `INSERT INTO buckets (user_id, kind, tokens, at) VALUES (:userId, :kind, :tokens, :at)
     ON CONFLICT DO UPDATE SET tokens = excluded.tokens, at = excluded.at`,
    { userId, kind, tokens: bucket.tokens, at: bucket.at },
  )
  return waitMs
}

function voidOldest(database: Database, held: { userId: string; kind: string; at: Instant; kept: number }) {
  database.run(
    `DELETE FROM secrets WHERE id IN (
       SELECT id FROM secrets WHERE user_id = :userId AND kind = :kind AND expires_at > :at
       ORDER BY id DESC LIMIT -1 OFFSET :kept)`,
    held,
  )
}

function toSecret(row: Row, kind: Secret['kind']): Secret {
  return {
    hash: row.text('hash'),
    kind,
    userId: row.text('user_id'),
    expiresAt: row.text('expires_at'),
    parentHash: row.textOrNull('parent_hash'),
  }
}
