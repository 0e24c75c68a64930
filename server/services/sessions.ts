// Sessions: tokens that open one connection, links that sign one browser in, and ending them all.
import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '#rufer/server/clock.ts'
import type { Config } from '#rufer/server/config.ts'
import type { Counters } from '#rufer/server/counters.ts'
import type { Log } from '#rufer/server/log.ts'
import type { ChatStore, Secret, SecretKind } from '#rufer/server/store/port.ts'
import type { Instant } from '#rufer/shared/model/instant.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'
import type { Signals } from './signals.ts'
import { requireUser } from './users.ts'

export type SessionsService = ReturnType<typeof createSessionsService>

interface SessionsDeps {
  store: ChatStore
  clock: Clock
  signals: Signals
  counters: Counters
  log: Pick<Log, 'info'>
  config: Pick<Config, 'tokenTtlMs' | 'signInLinkTtlMs' | 'limits'>
}

/** A secret as it is handed out, once; only its hash is kept. */
interface Issued {
  value: string
  expiresAt: Instant
}

/** How long a browser stays signed in. */
export const BROWSER_SESSION_MS = 30 * 24 * 3_600_000

export function createSessionsService(deps: SessionsDeps) {
  const { store, clock, signals, config, log } = deps
  const find = (kind: SecretKind, value: string) =>
    store.peekSecret({ kind, hash: toHash(value) }, clock.instant())

  return {
    /**
     * A token that opens one connection, asked for by a browser session or by a back end.
     *
     * @throws ChatError `user-not-found`, `rate-limited`, `sign-in-required`
     */
    issueToken: (userId: string, browser: Secret | null = null): Promise<Issued> =>
      issueToken(deps, userId, browser),

    /** Whom a token would let in; it stays unspent. */
    findToken: async (token: string): Promise<Secret | undefined> =>
      counted(await find('token', token), deps),

    /** Spends a token: of many callers at once exactly one gets its session. */
    async takeToken(token: string): Promise<Secret | undefined> {
      const key = { kind: 'token', hash: toHash(token) } as const
      const taken = counted(await store.takeSecret(key, clock.instant()), deps)
      if (taken) deps.counters.token('used')
      return taken
    },

    /** The code of a link that signs one browser in. @throws ChatError `user-not-found` */
    async issueLink(userId: string): Promise<Issued> {
      await requireUser(store, userId)
      log.info({ userId }, 'a sign-in link is made')
      return issue(deps, { kind: 'link', userId, expiresAt: clock.instant(config.signInLinkTtlMs) })
    },

    /** Spends a link's code for a browser session; undefined when it is used, expired or unknown. */
    async signIn(code: string): Promise<Issued | undefined> {
      const link = await find('link', code)
      if (!link) return undefined
      // made before the link is spent: whoever ends all the user's sessions meanwhile ends this one or takes the link
      const expiresAt = clock.instant(BROWSER_SESSION_MS)
      const browser = await issue(deps, { kind: 'browser', userId: link.userId, expiresAt })
      if (await store.takeSecret(link, clock.instant())) {
        log.info({ userId: link.userId }, 'a browser signed in')
        return browser
      }
      await store.voidSecrets({ hash: toHash(browser.value) })
      return undefined
    },

    /** The signed-in browser that holds this cookie. */
    findBrowser: (cookie: string): Promise<Secret | undefined> => find('browser', cookie),

    /** Ends a browser session: for every copy of its cookie, its tokens and the connections opened with them. */
    async signOut(cookie: string): Promise<void> {
      // anybody may send any cookie: only one that means something is worth a write
      const browser = await find('browser', cookie)
      const which = { parentHash: toHash(cookie) }
      // those of an expired session, too: its tokens ended when it did, its connections did not
      if (!browser) return void signals.sessionsEndedHere(which)
      await store.voidSecrets({ hash: browser.hash })
      log.info({ userId: browser.userId }, 'a browser signed out')
      await signals.sessionsEnded(which)
    },

    /** Ends everything a user holds; tells how many connections were closed. @throws ChatError `user-not-found` */
    async endAll(userId: string): Promise<number> {
      await requireUser(store, userId)
      await store.voidSecrets({ userId })
      log.info({ userId }, 'all sessions of a user are ended')
      return signals.sessionsEnded({ userId })
    },
  }
}

// --- Internal helpers ---

interface Issue {
  kind: SecretKind
  userId: string
  expiresAt: Instant
  parentHash?: string | null
}

/** A token that lets nobody in is counted. */
function counted(token: Secret | undefined, { counters }: SessionsDeps) {
  if (!token) counters.token('refused')
  return token
}

async function issueToken(deps: SessionsDeps, userId: string, browser: Secret | null) {
  const { tokensPerMinute, unusedTokens } = deps.config.limits
  const rate = { perSecond: tokensPerMinute / 60, burst: Math.max(1, tokensPerMinute) }
  const ownEnd = deps.clock.instant(deps.config.tokenTtlMs)
  // no token outlives the browser session it comes from
  const expiresAt = browser && browser.expiresAt < ownEnd ? browser.expiresAt : ownEnd
  const token = { kind: 'token', userId, parentHash: browser?.hash ?? null, expiresAt } as const
  return issue(deps, token, { rate, unused: unusedTokens })
}

async function issue(
  { store, clock, counters }: SessionsDeps,
  wanted: Issue,
  allowance?: Parameters<ChatStore['putSecret']>[2],
) {
  const { kind, userId, expiresAt, parentHash = null } = wanted
  const value = randomBytes(32).toString('base64url')
  const put = await store.putSecret(
    { hash: toHash(value), kind, userId, expiresAt, parentHash },
    clock.instant(),
    allowance,
  )
  if (put.outcome === 'stored') {
    if (kind === 'token') counters.token('issued')
    return { value, expiresAt }
  }
  if (put.outcome === 'rate-limited') {
    counters.refused('tokens-per-minute')
    throw new ChatError('rate-limited', { retryAfterMs: put.retryAfterMs })
  }
  throw new ChatError(put.outcome === 'parent-not-found' ? 'sign-in-required' : put.outcome)
}

function toHash(value: string) {
  return createHash('sha256').update(value).digest('base64url')
}
