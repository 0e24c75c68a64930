// The two ways of putting load on a server: as fast as it answers, and at a steady rate whatever it does.
import type { Arrival, Pair } from './pair.ts'
import { openTicks } from './ticks.ts'

/** The latencies of every message of a scenario, in milliseconds, and how long the scenario took. */
export interface Tally {
  replyMs: number[]
  deliveryMs: number[]
  /** how late each message of an open loop was sent, which its latency has in it */
  lateMs: number[]
  /** by `performance.now()` */
  startedAt: number
  elapsedMs: number
  /** when each message of an open loop arrived, by its id */
  deliveries: Map<string, number>
}

/** Every pair has one message under way: once it is answered and delivered, the other one sends the next. */
export async function runClosedLoop(pairs: Pair[], seconds: number): Promise<Tally> {
  const tally = createTally()
  const until = tally.startedAt + seconds * 1000

  function exchange(pair: Pair, from: 0 | 1, onEnd: () => void) {
    const sentAt = performance.now()
    pair.send(from, (arrival) => {
      tally.add(sentAt, arrival)
      if (performance.now() < until) exchange(pair, from === 0 ? 1 : 0, onEnd)
      else onEnd()
    })
  }

  await Promise.all(pairs.map((pair) => new Promise<void>((resolve) => exchange(pair, 0, resolve))))
  return tally.end()
}

/**
 * Sends at instants fixed beforehand, from pair after pair.
 *
 * Latency counts from the scheduled instant: a server that is late with one message, or keeps the generator from sending
 * the next, does not get away with it (no coordinated omission).
 */
export async function runOpenLoop(
  pairs: Pair[],
  { seconds, perSecond }: { seconds: number; perSecond: number },
): Promise<Tally> {
  await using ticks = await openTicks()
  const tally = createTally()
  const total = Math.round(seconds * perSecond)
  const { promise, resolve } = Promise.withResolvers<void>()
  let sent = 0
  let arrived = 0

  function sendNext(dueAt: number) {
    if (sent === total) return
    tally.lateMs.push(performance.now() - dueAt)
    const from = Math.floor(sent / pairs.length) % 2 === 0 ? 0 : 1
    pairs[sent++ % pairs.length]?.send(from, (arrival) => {
      tally.add(dueAt, arrival)
      tally.deliveries.set(arrival.id, arrival.deliveredAt)
      if (++arrived === total) resolve()
    })
  }

  ticks.begin(1_000 / perSecond, sendNext)
  await promise
  return tally.end()
}

// --- Internal helpers ---

function createTally() {
  const startedAt = performance.now()
  const replyMs: number[] = []
  const deliveryMs: number[] = []
  const lateMs: number[] = []
  const deliveries = new Map<string, number>()
  return {
    startedAt,
    deliveries,
    lateMs,
    add(since: number, { repliedAt, deliveredAt }: Arrival) {
      replyMs.push(repliedAt - since)
      deliveryMs.push(deliveredAt - since)
    },
    end(): Tally {
      return { replyMs, deliveryMs, lateMs, startedAt, elapsedMs: performance.now() - startedAt, deliveries }
    },
  }
}
