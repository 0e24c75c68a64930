// Webhooks: the one process that holds the lease tells the integrator's back end of what is in the outbox.
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '#rufer/server/clock.ts'
import type { Counters } from '#rufer/server/counters.ts'
import type { Log } from '#rufer/server/log.ts'
import {
  OUTBOX_LEASE_MS,
  type Outbox,
  type OutboxCount,
  type OutboxEvent,
} from '#rufer/server/store/outbox.ts'
import { createDelivery } from './delivery.ts'
import type { WebhookConfig } from './settings.ts'
import { createTopics, type Topics } from './topics.ts'

export interface Webhooks {
  /** There may be something new in the outbox. */
  wake: () => void
  /** Ends what is under way; what was not taken is sent again after the next start. */
  stop: () => Promise<void>
}

interface WebhooksDeps {
  config: WebhookConfig
  outbox: Outbox
  clock: Clock
  counters: Counters
  log: Log
}

/** Sends until stopped. Each event is sent at least once, and again until it is taken or too old. */
export function startWebhooks(deps: WebhooksDeps): Webhooks {
  const { outbox, log } = deps
  const end = new AbortController()
  const delivery = createDelivery(deps.config)
  const health = createHealth(log)
  const lease = createLease(outbox)
  const mayTell = () => lease.isHeld() && !end.signal.aborted
  const tell = createTell({
    ...deps,
    attempt: (event) => delivery.attempt(event, end.signal),
    isEnding: () => end.signal.aborted,
  })
  const topics = createTopics({ outbox, tell, mayTell, onFailure: (error) => health.failed(error) })
  const alarm = createAlarm()
  const counted = reportCounts(deps)

  async function lookOnce() {
    try {
      if (await lease.hold()) await scan(outbox, topics, lease)
      else topics.forget()
      await counted()
      health.worked()
    } catch (error) {
      health.failed(error)
    }
  }

  async function run() {
    while (!end.signal.aborted) {
      await lookOnce()
      await alarm.wait(POLL_MS)
    }
  }

  const ended = run()
  return {
    wake: alarm.ring,
    async stop() {
      end.abort()
      alarm.ring()
      topics.forget()
      await Promise.all([ended, topics.idle()])
      delivery.close()
    },
  }
}

// --- Internal helpers ---

const POLL_MS = 1_000
/** What was written by another process out of its turn is found when all is looked at anew. */
const RESCAN_MS = 10_000
const COUNT_MS = 5_000
const TOPICS_AT_ONCE = 500
const MOST_BACKOFF_MS = 3_600_000
/** Sooner than others may take the lease; an attempt that began before ends within its timeout. */
const LEASE_SAFE_MS = OUTBOX_LEASE_MS / 2

type Lease = ReturnType<typeof createLease>

function createLease(outbox: Outbox) {
  let renewedAt = -Infinity
  let scannedAt = -Infinity
  let after: string | undefined
  const age = () => performance.now() - renewedAt
  return {
    isHeld: () => age() < LEASE_SAFE_MS,
    async hold() {
      if (age() < LEASE_SAFE_MS / 3) return true
      const asked = performance.now()
      const isOurs = await outbox.takeLease()
      if (renewedAt === -Infinity) scannedAt = -Infinity
      renewedAt = isOurs ? asked : -Infinity
      return isOurs
    },
    /** where to look on; from the beginning now and then */
    place() {
      if (performance.now() - scannedAt < RESCAN_MS) return after
      scannedAt = performance.now()
      return undefined
    },
    passed: (place: string) => void (after = place),
  }
}

async function scan(outbox: Outbox, topics: Topics, lease: Lease) {
  for (let place = lease.place(), isMore = true; isMore && !topics.isFull() && lease.isHeld();) {
    const page = await outbox.listTopics({
      limit: TOPICS_AT_ONCE,
      ...(place !== undefined && { after: place }),
    })
    topics.found(page.topics)
    isMore = page.after !== null
    if (page.after !== null) lease.passed((place = page.after))
    // an engine may read without ever waiting, and everybody else would
    await nextTurn()
  }
}

interface TellDeps extends WebhooksDeps {
  attempt: (event: OutboxEvent) => Promise<void>
  isEnding: () => boolean
}

function createTell({ config, outbox, clock, counters, log, attempt, isEnding }: TellDeps) {
  async function fail(event: OutboxEvent, error: unknown) {
    const reason = error instanceof Error ? error.message : String(error)
    const failure = { at: clock.instant(), reason }
    const failedForMs = event.failedSince === null ? 0 : Date.now() - Date.parse(event.failedSince)
    const about = { id: event.id, type: event.told.kind, attempts: event.attempts + 1, reason }
    if (failedForMs >= config.giveUpMs) {
      counters.dropped('webhook')
      log.error(about, 'a webhook is given up; it is a dead letter now')
      await outbox.bury(event.id, failure)
      return 0
    }
    counters.failed('webhook')
    const waitMs = Math.min(config.retryMs * 2 ** event.attempts, MOST_BACKOFF_MS, config.giveUpMs)
    log[event.attempts === 0 ? 'warn' : 'debug'](about, 'a webhook was not taken; it is sent again later')
    await outbox.postpone(event.id, { ...failure, nextAt: clock.instant(waitMs) })
    return waitMs
  }

  return async (event: OutboxEvent): Promise<number> => {
    const waitMs = event.nextAt === null ? 0 : Date.parse(event.nextAt) - Date.now()
    if (waitMs > 0) return waitMs
    try {
      await attempt(event)
    } catch (error) {
      // cut off by ourselves: nobody knows whether it was taken
      return isEnding() ? 0 : fail(event, error)
    }
    await outbox.remove(event.id)
    return 0
  }
}

/** Says once that the outbox cannot be used, and once that it can again. */
function createHealth(log: Log) {
  let isWell = true
  return {
    failed(error: unknown) {
      if (isWell) log.error({ err: error }, 'unable to read or write the outbox; webhooks wait')
      isWell = false
    },
    worked() {
      if (!isWell) log.info('the outbox can be used again')
      isWell = true
    },
  }
}

/** Keeps what `/metrics` tells of the outbox. */
function reportCounts({ outbox, counters }: WebhooksDeps) {
  let last: OutboxCount = { waiting: 0, dead: 0, oldestAt: null }
  let countedAt = -Infinity
  counters.gauge('webhooks_waiting', 'Webhooks that wait to be taken', () => last.waiting)
  counters.gauge('webhooks_dead', 'Webhooks that were given up', () => last.dead)
  counters.gauge('webhooks_lag_ms', 'The age of the webhook that waits longest, in milliseconds', () =>
    last.oldestAt === null ? 0 : Math.max(0, Date.now() - Date.parse(last.oldestAt)),
  )
  return async () => {
    if (performance.now() - countedAt < COUNT_MS) return
    countedAt = performance.now()
    last = await outbox.count()
  }
}

/** Waits until it is rung, or for so long; a ring that comes before is not missed. */
function createAlarm() {
  let rung = Promise.withResolvers<void>()
  return {
    ring: () => rung.resolve(),
    async wait(ms: number) {
      const timeout = new AbortController()
      await Promise.race([
        rung.promise,
        pause(ms, undefined, { ref: false, signal: timeout.signal }).catch(() => undefined),
      ])
      timeout.abort()
      rung = Promise.withResolvers<void>()
    },
  }
}
