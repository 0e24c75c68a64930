// The load of presence: users who connect, and many who are told of each.
import type { Figures } from '#rufer/bench/figures.ts'
import { toFigures } from '#rufer/bench/statistics.ts'
import { startMeter, type Served } from './meter.ts'
import { ask, openWire, type Presence, type Seat, type Wire } from './wire.ts'

export interface FanOutOrder extends Served {
  job: 'fan-out'
  watchers: Seat[]
  /** They connect one after the other. */
  watched: Seat[]
}

export interface BefriendOrder {
  job: 'befriend'
  watchers: Seat[]
  userIds: string[]
}

/** From the beginning of a connection until each of the watchers has heard of it. */
export async function fanOut(order: FanOutOrder): Promise<Figures> {
  const { watchers, watched } = order
  const hearing = createHearing(watchers.length)
  const wires = await Promise.all(watchers.map((seat) => openWatcher(seat, watched, hearing)))
  const stopMeter = startMeter(order)
  const startedAt = performance.now()
  const times = await Array.fromAsync(watched, async (seat) => {
    const begin = performance.now()
    const all = hearing.hear(seat.userId, 'online')
    const wire = openWire(seat)
    const [instants] = await Promise.all([all, wire.opened])
    return { wire, delays: instants.map((at) => at - begin) }
  })
  const perSecond = (times.length * wires.length * 1000) / (performance.now() - startedAt)
  const usage = stopMeter()
  // whoever is still online at the next round would not come online in it
  const gone = watched.map(({ userId }) => hearing.hear(userId, 'offline'))
  for (const { wire } of times) wire.drop()
  await Promise.all(gone)
  return {
    perSecond,
    ...toFigures(
      'told',
      times.flatMap(({ delays }) => delays),
    ),
    ...usage,
  }
}

/** Opens a conversation of each watcher with each who is watched: one is told only of those one has to do with. */
export async function befriend({ watchers, userIds }: BefriendOrder): Promise<Figures> {
  await Promise.all(
    watchers.map(async (seat) => {
      const wire = openWire(seat)
      await wire.opened
      await Promise.all(userIds.map((userId) => ask(wire, 'conversation.open', { userId })))
      wire.drop()
    }),
  )
  return {}
}

// --- Internal helpers ---

interface Hearing {
  /** Resolves with when each heard it, once all have. */
  hear: (userId: string, status: Presence['status']) => Promise<number[]>
  heard: (presence: Presence) => void
}

function createHearing(count: number): Hearing {
  const waiting = new Map<string, { instants: number[]; resolve: (instants: number[]) => void }>()
  return {
    hear: (userId, status) =>
      new Promise((resolve) => waiting.set(keyOf({ userId, status }), { instants: [], resolve })),
    heard(presence) {
      const waited = waiting.get(keyOf(presence))
      if (waited?.instants.push(performance.now()) === count) waited.resolve(waited.instants)
    },
  }
}

function keyOf({ userId, status }: Presence) {
  return `${status} ${userId}`
}

async function openWatcher(seat: Seat, watched: Seat[], hearing: Hearing): Promise<Wire> {
  const wire = openWire(seat)
  wire.listen((_event, { presence }) => {
    if (presence) hearing.heard(presence)
  })
  await wire.opened
  await ask(wire, 'presence.watch', { userIds: watched.map(({ userId }) => userId) })
  return wire
}
