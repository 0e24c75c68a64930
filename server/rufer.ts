// The composition of a process: config → store → services → hub → sockets, closed in reverse order.
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import type { Counters } from './counters.ts'
import { prepareDemo } from './demo.ts'
import type { Log } from './log.ts'
import { createRelay, type Relay } from './relay.ts'
import { createServices, type Services } from './services/services.ts'
import { createFanout } from './socket/fanout.ts'
import { createHub, type Hub } from './socket/hub.ts'
import { createSockets, type Sockets } from './socket/sockets.ts'
import type { CommitMeter } from './store/group-commit.ts'
import { openStore } from './store/open.ts'
import type { Store } from './store/duties.ts'
import type { SessionOwner } from './store/port.ts'
import { createTraces, type Traces } from './traces.ts'
import { startUpkeep, type Upkeep } from './upkeep.ts'
import { startWebhooks, type Webhooks } from './webhooks/webhooks.ts'
import type { Message } from '#rufer/shared/model/message.ts'

/** All that an open process is made of. */
export interface Rufer {
  config: Config
  store: Store
  services: Services
  relay: Relay
  sockets: Sockets
  upkeep: Upkeep
  traces: Traces
  /** undefined where none are sent */
  webhooks: Webhooks | undefined
}

/**
 * Opens the store and builds everything upon it.
 *
 * @throws Error whose message is one line that says what to do, when the data folder cannot be used
 */
export async function openRufer({
  config,
  counters,
  log,
}: {
  config: Config
  counters: Counters
  log: Log
}): Promise<Rufer> {
  const onFailure = (error: unknown) => {
    counters.dropped('checkpoint')
    log.warn({ err: error }, 'unable to move the log into the database file; trying again later')
  }
  const hasWebhooks = config.webhooks !== undefined
  const store = await openStore({ ...config, hasWebhooks, onFailure, meter: toMeter(counters) })
  const clock = systemClock
  const traces = createTraces(Date.now)
  const hub = createHub()
  const fanout = createFanout(hub)
  const endSessions = (which: SessionOwner) => sockets.sessionsEnded(which)
  const messageCreated = (message: Message) => services.typing.messageCreated(message)
  const relay = createRelay({ store, fanout, endSessions, messageCreated, clock, counters, traces })
  const services = createServices({ config, store, clock, signals: relay, counters, log, traces })
  const sockets = createSockets({ config, services, hub, clock, counters, log })
  meterHub(hub, counters)
  if (config.isDemo) await prepareDemo(services)
  const { pulse } = relay
  const onRevived = () => services.presence.comeBack()
  const resume = () => services.erasure.resume()
  const upkeep = startUpkeep({ store, onRevived, pulse, resume, clock, counters, log })
  const { outbox } = store
  const webhooks = config.webhooks && startWebhooks({ config: config.webhooks, outbox, clock, counters, log })
  return { config, store, services, relay, sockets, upkeep, traces, webhooks }
}

/** Lets go of everything, the store last; the sockets must have been drained. */
export async function closeRufer({ services, relay, upkeep, webhooks, store }: Rufer): Promise<void> {
  upkeep.stop()
  services.typing.close()
  relay.close()
  await services.presence.close()
  await webhooks?.stop()
  await store.close()
}

// --- Internal helpers ---

function toMeter(counters: Counters): CommitMeter {
  return {
    committed: (writes, ms) => counters.committed(writes, ms),
    watchQueue: (read) => counters.gauge('commit_queue_length', 'Writes that wait for a transaction', read),
  }
}

function meterHub(hub: Hub, counters: Counters) {
  const sum = (of: 'waitingRequests' | 'unsentBytes') => () =>
    [...hub.all()].reduce((total, connection) => total + connection[of], 0)
  counters.gauge('connections', 'Open connections', () => hub.all().size)
  counters.gauge('waiting_requests', 'Requests that wait for those before them', sum('waitingRequests'))
  counters.gauge('unsent_bytes', 'Bytes that peers have not taken yet', sum('unsentBytes'))
}
