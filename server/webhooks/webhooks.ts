// Webhooks: the one process that holds the lease tells the integrator's back end of what is in the outbox.
import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '#rufer/server/clock.ts'
import type { Counters } from '#rufer/server/counters.ts'
import type { Log } from '#rufer/server/log.ts'
import type { Outbox, OutboxCount } from '#rufer/server/store/outbox.ts'
import { createDelivery } from './delivery.ts'
import { createLease } from './lease.ts'
import { createScan } from './scan.ts'
import type { WebhookConfig } from './settings.ts'
import { createTell } from './tell.ts'
import { createTopics } from './topics.ts'

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
  const lease = createLease(outbox, () => scan.beginAnew())
  const mayTell = () => lease.isHeld() && !end.signal.aborted
  const tell = createTell({
    ...deps,
    attempt: (event) => delivery.attempt(event, end.signal),
    isEnding: () => end.signal.aborted,
  })
  const topics = createTopics({ outbox, tell, mayTell, onFailure: (error) => health.failed(error) })
  const scan = createScan({ outbox, topics, mayTell })
  const alarm = createAlarm()
  const counted = reportCounts(deps)

  async function lookOnce() {
    try {
      if (await lease.hold()) await scan.look()
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
      await pause(SPACE_MS)
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
      // another one takes it in a moment where this one cannot give it up
      await lease.end().catch((error) => health.failed(error))
    },
  }
}

// --- Internal helpers ---

const POLL_MS = 1_000
/** Much may happen all the time: what comes meanwhile is found in one look. */
const SPACE_MS = 20
const COUNT_MS = 5_000
/** Longer than a topic waits after the outbox failed. */
const QUIET_MS = 60_000

/** Says once that the outbox cannot be used, and once that it can again. */
function createHealth(log: Log) {
  let failedAt: number | undefined
  return {
    failed(error: unknown) {
      if (failedAt === undefined)
        log.error({ err: error }, 'unable to read or write the outbox; webhooks wait')
      failedAt = performance.now()
    },
    worked() {
      if (failedAt === undefined || performance.now() - failedAt < QUIET_MS) return
      failedAt = undefined
      log.info('the outbox can be used again')
    },
  }
}

/** Keeps what `/metrics` tells of the outbox. */
function reportCounts({ outbox, counters }: WebhooksDeps) {
  let last: OutboxCount = { waiting: 0, dead: 0, oldestAt: null }
  let countedAt = -Infinity
  counters.gauge('webhooks_waiting', 'Webhooks that wait to be taken', () => last.waiting)
  counters.gauge('webhooks_dead', 'Webhooks that were given up', () => last.dead)
  counters.gauge('webhooks_lag_seconds', 'The age of the webhook that waits longest', () =>
    last.oldestAt === null ? 0 : Math.max(0, Date.now() - Date.parse(last.oldestAt)) / 1_000,
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
