// The composition of a process: config → store → services → hub → sockets, closed in reverse order.
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import type { Counters } from './counters.ts'
import { prepareDemo } from './demo.ts'
import type { Log } from './log.ts'
import { createServices, type Services } from './services/services.ts'
import type { Signals } from './services/signals.ts'
import { createFanout, type Fanout } from './socket/fanout.ts'
import { createHub } from './socket/hub.ts'
import { createSockets, type Sockets } from './socket/sockets.ts'
import { openStore } from './store/open.ts'
import type { ChatStore } from './store/port.ts'
import { startUpkeep, type Upkeep } from './upkeep.ts'

/** All that an open process is made of. */
export interface Rufer {
  config: Config
  store: ChatStore
  services: Services
  fanout: Fanout
  sockets: Sockets
  upkeep: Upkeep
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
  const store = await openStore(config)
  const clock = systemClock
  const hub = createHub()
  const fanout = createFanout(hub)
  const signals: Signals = { ...fanout, sessionsEnded: (which) => sockets.sessionsEnded(which) }
  const services = createServices({ config, store, clock, signals, counters, log })
  const sockets = createSockets({ config, services, hub, clock, counters, log })
  counters.gauge('connections', () => hub.all().size)
  if (config.isDemo) await prepareDemo(services)
  const upkeep = startUpkeep({ store, clock, counters, log })
  return { config, store, services, fanout, sockets, upkeep }
}

/** Lets go of everything, the store last; the sockets must have been drained. */
export async function closeRufer({ services, upkeep, store }: Rufer): Promise<void> {
  upkeep.stop()
  services.typing.close()
  await services.presence.close()
  await store.close()
}
