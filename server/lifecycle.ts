// The life of a process: opening → open → draining. Nitro serves from the first moment, so every call asks here first.
import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { createCounters, type Counters } from './counters.ts'
import { isFeedAlive, type FeedState } from './feed.ts'
import { createProxyWarning } from './http/proxy-warning.ts'
import { createLog } from './log.ts'
import { createRateLimiter } from './rate-limiter.ts'
import { closeRufer, openRufer, type Rufer } from './rufer.ts'
import { keepSecretKey } from './secret-key.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'
import type { Answer } from '#rufer/shared/protocol/http.ts'

declare module 'nitropack/types' {
  interface NitroApp {
    rufer: Lifecycle
  }
}

export type Lifecycle = ReturnType<typeof startLifecycle>

/**
 * Begins to open a process with these settings.
 *
 * @throws Error whose message is one line that says what to do, when the data folder cannot be used
 */
export function startLifecycle(config: Config) {
  const log = createLog(config.logLevel)
  const counters = createCounters({ isWhole: config.metricsToken !== undefined })
  const calls = createCallTracker()
  const feed = createFeedState(counters)
  const feedEnd = new AbortController()
  let rufer: Rufer | undefined
  let isDraining = false

  return {
    config,
    log,
    counters,
    feed,
    /** aborts once nothing more is to be told */
    feedSignal: feedEnd.signal,
    secretKeys: config.secretKeys.length > 0 ? config.secretKeys : [keepSecretKey(config.dataDir)],
    /** wrong secret keys an address */
    wrongKeyRate: createRateLimiter(perMinute(config.limits.wrongKeysPerMinute), systemClock.monotonicMs),
    /** lines in the log about one address that was not let in */
    refusalLogRate: createRateLimiter(perMinute(20), systemClock.monotonicMs),
    /** looks at a request for the traces of a proxy that nobody told of */
    lookForProxy: createProxyWarning({ config, log, isDev: import.meta.dev }),
    /** an HTTP call that a stop waits for */
    track: calls.track,

    /** Resolves once the process is open. @throws Error whose message is one line that says what to do */
    whenOpen: openRufer({ config, counters, log }).then((open) => (rufer = open)),

    /** The open process. @throws ChatError `store-unavailable` while it opens, `draining` while it stops */
    current(): Rufer {
      if (rufer && !isDraining) return rufer
      throw counted(
        isDraining ? new ChatError('draining') : unavailable('the store is being opened'),
        counters,
      )
    },

    /** Refuses connections while they would hear of nothing. @throws ChatError `store-unavailable` */
    requireFeed(): void {
      if (!isFeedAlive(feed)) throw counted(unavailable('the change feed is being opened'), counters)
    },

    /** What `GET /ready` tells. */
    readiness(): Answer<'GET /ready'> {
      const faults = {
        store: !rufer?.upkeep.isStoreHealthy(),
        feed: !isFeedAlive(feed),
        draining: isDraining,
      }
      const reasons = (['store', 'feed', 'draining'] as const).filter((reason) => faults[reason])
      if (!rufer || reasons.length > 0) return { status: 'not-ready', reasons }
      return { status: 'ready', store: rufer.store.engine, feedLagMs: feed.lagMs }
    },

    /** Finishes what was accepted, tells every client, and lets go of the store. */
    async stop(): Promise<void> {
      isDraining = true
      if (!rufer) return
      const [unfinished] = await Promise.all([calls.idle(), drain(rufer)])
      if (unfinished > 0) log.warn({ calls: unfinished }, 'stopping although some calls have no end')
      feedEnd.abort()
      await closeRufer(rufer)
    },
  }
}

// --- Internal helpers ---

function createFeedState(counters: Counters): FeedState {
  const feed: FeedState = { isRunning: false, lagMs: 0, heardAt: -Infinity }
  const lag = 'From a pulse of this process to hearing it in the feed'
  counters.gauge('feed_lag_seconds', lag, () => feed.lagMs / 1_000)
  counters.gauge('feed_alive', 'Whether the change feed runs: 1, or 0', () => Number(isFeedAlive(feed)))
  return feed
}

/** How long a stop waits for calls: longer than their work takes, and who does not read an answer never lets one end. */
const CALLS_MS = 3_000

/** Sends everybody away, and answers whoever waits for an erasure. */
function drain({ sockets, services }: Rufer) {
  return Promise.all([sockets.drain(), services.erasure.close()])
}

function perMinute(count: number) {
  return { perSecond: count / 60, burst: Math.max(1, count) }
}

function unavailable(why: string) {
  return new ChatError('store-unavailable', { reason: `${why}; try again in a moment` })
}

function counted(refusal: ChatError, counters: Counters) {
  counters.refused(refusal.code)
  return refusal
}

function createCallTracker() {
  let underWay = 0
  let onIdle: (() => void) | undefined
  return {
    /** until its answer has left, or its client has */
    track: (response: ServerResponse): void => {
      underWay++
      response.once('close', () => {
        underWay--
        if (underWay === 0) onIdle?.()
      })
    },
    /** Waits until there is none, but not for ever; tells how many there still are. */
    async idle(): Promise<number> {
      const idle = new Promise<void>((resolve) => (onIdle = resolve))
      if (underWay > 0) await Promise.race([idle, delay(CALLS_MS, undefined, { ref: false })])
      return underWay
    },
  }
}
