// One event: an attempt to deliver it, and what is kept of how that ended.
import type { Clock } from '#rufer/server/clock.ts'
import type { Counters } from '#rufer/server/counters.ts'
import type { Log } from '#rufer/server/log.ts'
import type { Outbox, OutboxEvent } from '#rufer/server/store/outbox.ts'
import type { WebhookConfig } from './settings.ts'

export interface TellDeps {
  config: WebhookConfig
  outbox: Outbox
  clock: Clock
  counters: Counters
  log: Log
  /** @throws Error whose message says why it was not taken */
  attempt: (event: OutboxEvent) => Promise<void>
  isEnding: () => boolean
}

/** Gives back how long the topic of an event is to wait after it, in ms; 0 where it may go on at once. */
export function createTell(deps: TellDeps): (event: OutboxEvent) => Promise<number> {
  const { outbox, attempt, isEnding } = deps
  /** the ids of those that were taken, but could not be removed yet: they are not sent again for that */
  const taken = new Set<string>()
  return async (event) => {
    const waitMs = event.nextAt === null ? 0 : Date.parse(event.nextAt) - Date.now()
    if (waitMs > 0) return waitMs
    try {
      if (!taken.has(event.id)) await attempt(event)
    } catch (error) {
      // cut off by ourselves: nobody knows whether it was taken
      return isEnding() ? 0 : fail(event, error, deps)
    }
    // what is forgotten here is at most sent once more
    if (taken.size >= MOST_TAKEN) taken.clear()
    taken.add(event.id)
    await outbox.remove(event.id)
    taken.delete(event.id)
    return 0
  }
}

// --- Internal helpers ---

/** Most of them are removed at once; those are left that another process had removed before. */
const MOST_TAKEN = 10_000
const MOST_BACKOFF_MS = 3_600_000

async function fail(event: OutboxEvent, error: unknown, { config, outbox, clock, counters, log }: TellDeps) {
  const reason = toReason(error)
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

/** Where every address of a name refused there is one error for each, and none of its own. */
function toReason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(toReason).join('; ')
  return error instanceof Error ? error.message : String(error)
}
