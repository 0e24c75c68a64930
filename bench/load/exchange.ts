// The load of messages: pairs who write to each other, as fast as they are answered or at a steady rate.
import type { Figures } from '#rufer/bench/figures.ts'
import { toFigures } from '#rufer/bench/statistics.ts'
import { runClosedLoop, runOpenLoop, type Tally } from './loops.ts'
import { startMeter, type Served } from './meter.ts'
import { connectPair, type Seats } from './pair.ts'

/** An open loop of so many messages a second, or without a rate a closed loop. */
export interface ExchangeOrder extends Served {
  job: 'exchange'
  seats: Seats[]
  seconds: number
  perSecond?: number
}

export async function exchange(order: ExchangeOrder): Promise<Figures> {
  const { seats, seconds, perSecond, database } = order
  // loaded only where it is needed
  const commits = database && (await import('#rufer/bench/mongo/commits.ts')).watchCommits(database.uri)
  const pairs = await Promise.all(seats.map(connectPair))
  // all sides run warm code before anything counts
  await runClosedLoop(pairs, seconds / 4)
  const committedBefore = await commits?.count()
  const stopMeter = startMeter(order)
  const tally = await (perSecond === undefined
    ? runClosedLoop(pairs, seconds)
    : runOpenLoop(pairs, { seconds, perSecond }))
  const figures = { ...toLatencies(tally), ...stopMeter() }
  if (!commits || committedBefore === undefined) return figures
  const committed = (await commits.count()) - committedBefore
  const { startedAt, deliveries } = tally
  return {
    ...figures,
    group: tally.replyMs.length / committed,
    ...(deliveries.size > 0 &&
      toDelays(deliveries, await commits.instantsSince(performance.timeOrigin + startedAt))),
  }
}

// --- Internal helpers ---

function toLatencies({ replyMs, deliveryMs, lateMs, elapsedMs }: Tally): Figures {
  return {
    perSecond: (replyMs.length * 1000) / elapsedMs,
    ...toFigures('reply', replyMs),
    ...toFigures('delivery', deliveryMs),
    ...(lateMs.length > 0 && toFigures('late', lateMs)),
  }
}

/** From the commit to the delivery. */
function toDelays(deliveries: Map<string, number>, committedAt: Map<string, number>): Figures {
  const delays = [...deliveries].map(
    ([id, at]) => performance.timeOrigin + at - (committedAt.get(id) ?? Number.NaN),
  )
  return toFigures('afterCommit', delays)
}
