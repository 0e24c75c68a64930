// Secrets: tokens, sign-in links and browser sessions, kept as hashes.
import type { Instant } from '#rufer/shared/model/instant.ts'
import { takeToken } from '#rufer/shared/protocol/token-bucket.ts'
import type { Secret, SecretAllowance, SecretKey, SecretOutcome } from '../port.ts'
import type { Database } from './database.ts'
import type { Row } from './row.ts'

export interface Secrets {
  put(secret: Secret, at: Instant, allowance?: SecretAllowance): SecretOutcome
  peek(key: SecretKey, at: Instant): Secret | undefined
  take(key: SecretKey, at: Instant): Secret | undefined
  void(which: { userId: string } | { hash: string }): number
  /** Forgets some that expired by now; tells whether there may be more of them. */
  prune(now: Instant): boolean
}

const PRUNED_AT_ONCE = 1_000
const OF_KEY = 'hash = :hash AND kind = :kind AND expires_at > :at'

export function createSecrets(database: Database): Secrets {
  function put(secret: Secret, at: Instant, allowance?: SecretAllowance): SecretOutcome {
    const { hash, kind, userId, expiresAt, parentHash } = secret
    const isRegistered = database.get('SELECT 1 FROM users WHERE user_id = :userId', { userId })
    if (!isRegistered) return { outcome: 'user-not-found' }
    if (parentHash !== null && !peek({ hash: parentHash, kind: 'browser' }, at))
      return { outcome: 'parent-not-found' }
    const retryAfterMs = allowance ? spend(secret, allowance.rate, Date.parse(at)) : 0
    if (retryAfterMs > 0) return { outcome: 'rate-limited', retryAfterMs }
    database.run(
      `INSERT INTO secrets (hash, kind, user_id, expires_at, parent_hash)
       VALUES (:hash, :kind, :userId, :expiresAt, :parentHash)`,
      { hash, kind, userId, expiresAt, parentHash },
    )
    if (allowance && allowance.unused > 0) voidOldest(secret, at, allowance.unused)
    return { outcome: 'stored' }
  }

  /** Takes a token out of the user's bucket; tells how long to wait for one. */
  function spend({ userId, kind }: Secret, rate: SecretAllowance['rate'], now: number) {
    if (rate.perSecond === 0) return 0
    const row = database.get('SELECT tokens, at FROM buckets WHERE user_id = :userId AND kind = :kind', {
      userId,
      kind,
    })
    const stored = row && { tokens: row.number('tokens'), at: row.number('at') }
    const { bucket, waitMs } = takeToken(stored, rate, now)
    database.run(
      `INSERT INTO buckets (user_id, kind, tokens, at) VALUES (:userId, :kind, :tokens, :at)
       ON CONFLICT DO UPDATE SET tokens = excluded.tokens, at = excluded.at`,
      { userId, kind, ...bucket },
    )
    return waitMs
  }

  function voidOldest({ userId, kind }: Secret, at: Instant, kept: number) {
    database.run(
      `DELETE FROM secrets WHERE id IN (
         SELECT id FROM secrets WHERE user_id = :userId AND kind = :kind AND expires_at > :at
         ORDER BY id DESC LIMIT -1 OFFSET :kept)`,
      { userId, kind, at, kept },
    )
  }

  function peek({ hash, kind }: SecretKey, at: Instant) {
    const row = database.get(`SELECT * FROM secrets WHERE ${OF_KEY}`, { hash, kind, at })
    return row && toSecret(row, kind)
  }

  return {
    put,
    peek,
    take({ hash, kind }, at) {
      const row = database.get(`DELETE FROM secrets WHERE ${OF_KEY} RETURNING *`, { hash, kind, at })
      return row && toSecret(row, kind)
    },
    void: (which) =>
      'userId' in which
        ? database.run('DELETE FROM secrets WHERE user_id = :userId', { userId: which.userId })
        : database.run('DELETE FROM secrets WHERE hash = :hash OR parent_hash = :hash', { hash: which.hash }),
    prune(now) {
      const pruned = database.run(
        'DELETE FROM secrets WHERE id IN (SELECT id FROM secrets WHERE expires_at <= :now LIMIT :most)',
        { now, most: PRUNED_AT_ONCE },
      )
      return pruned === PRUNED_AT_ONCE
    },
  }
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
