// All services of the process, made together.
import type { Clock } from '#rufer/server/clock.ts'
import type { Config } from '#rufer/server/config.ts'
import type { Counters } from '#rufer/server/counters.ts'
import type { Log } from '#rufer/server/log.ts'
import { createRateLimiter } from '#rufer/server/rate-limiter.ts'
import type { Store } from '#rufer/server/store/duties.ts'
import type { Traces } from '#rufer/server/traces.ts'
import { createConversationsService } from './conversations.ts'
import { createDeadLettersService } from './dead-letters.ts'
import { createErasureService } from './erasure.ts'
import { createExportService } from './export.ts'
import { createMessagesService } from './messages.ts'
import { createPresenceService } from './presence.ts'
import { createReceiptsService } from './receipts.ts'
import { createSessionsService } from './sessions.ts'
import type { Signals } from './signals.ts'
import { createTypingService } from './typing.ts'
import { createUsersService } from './users.ts'

export type Services = ReturnType<typeof createServices>

export interface ServicesDeps {
  config: Config
  store: Store
  clock: Clock
  signals: Signals
  counters: Counters
  log: Log
  traces: Traces
}

export function createServices(deps: ServicesDeps) {
  const { messagesPerSecond, messagesBurst, textLength } = deps.config.limits
  const rate = { perSecond: messagesPerSecond, burst: messagesBurst }
  const sendRate = createRateLimiter(rate, deps.clock.monotonicMs)
  return {
    users: createUsersService(deps),
    sessions: createSessionsService(deps),
    conversations: createConversationsService(deps),
    messages: createMessagesService({ ...deps, sendRate, textLength }),
    receipts: createReceiptsService(deps),
    presence: createPresenceService(deps),
    typing: createTypingService(deps),
    export: createExportService(deps),
    erasure: createErasureService(deps),
    deadLetters: createDeadLettersService(deps),
  }
}
