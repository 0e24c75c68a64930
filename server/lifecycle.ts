// The life of a process: opening → open → draining. Nitro serves from the first moment, so every call asks here first.
import type { ServerResponse } from 'node:http'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { createCounters } from './counters.ts'
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
  const counters = createCounters()
  const calls = createCallTracker()
  const feed: FeedState = { isRunning: false, lagMs: 0 }
  const feedEnd = new AbortController()
  const wrongKeys = config.limits.wrongKeysPerMinute
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
    wrongKeyRate: createRateLimiter(
      { perSecond: wrongKeys / 60, burst: Math.max(1, wrongKeys) },
      systemClock.monotonicMs,
    ),
    /** an HTTP call that a stop waits for */
    track: calls.track,

    /** Resolves once the process is open. @throws Error whose message is one line that says what to do */
    whenOpen: openRufer({ config, counters, log }).then((open) => (rufer = open)),

    /** The open process. @throws ChatError `store-unavailable` while it opens, `draining` while it stops */
    current(): Rufer {
      if (isDraining) throw new ChatError('draining')
      if (rufer) return rufer
      throw new ChatError('store-unavailable', { reason: 'the store is being opened; try again in a moment' })
    },

    /** What `GET /ready` tells. */
    readiness(): Answer<'GET /ready'> {
      const faults = {
        store: !rufer?.upkeep.isStoreHealthy(),
        feed: !feed.isRunning,
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
      await calls.idle()
      await rufer.sockets.drain()
      feedEnd.abort()
      await closeRufer(rufer)
    },
  }
}

// --- Internal helpers ---

interface FeedState {
  isRunning: boolean
  /** from the last change's commit to its events */
  lagMs: number
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
    idle: () =>
      new Promise<void>((resolve) => {
        if (underWay === 0) resolve()
        else onIdle = resolve
      }),
  }
}
