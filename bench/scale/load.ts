// The load: an open loop over all pairs, with every latency from the instant that a message was to be sent.
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { openTicks } from '#rufer/bench/load/ticks.ts'
import type { Fleet } from './fleet.ts'

export interface LoadFigures {
  sent: number
  /** that were not delivered, half a minute after the last one was sent */
  lost: number
  /** how late the load itself was, which the latencies have in them; all three as they are told */
  lateMs: string
  answerMs: string
  deliveryMs: string
}

export async function runLoad(
  fleet: Fleet,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<LoadFigures> {
  await using ticks = await openTicks()
  const lateness = createHistogram()
  const answers = createHistogram()
  const deliveries = createHistogram()
  const total = Math.round(perSecond * seconds)
  const { promise: allSent, resolve } = Promise.withResolvers<void>()
  let sent = 0
  let delivered = 0

  function sendNext(dueAt: number) {
    if (sent === total) return
    record(lateness, dueAt)
    // pairs take turns, far apart
    const { answered, delivered: arrived } = fleet.send((sent * STRIDE) % fleet.pairs)
    void answered.then(() => record(answers, dueAt))
    void arrived.then(() => record(deliveries, dueAt)).then(() => delivered++)
    if (++sent === total) resolve()
  }

  ticks.begin(1_000 / perSecond, sendNext)
  await allSent
  await untilDone(() => delivered === total)
  return {
    sent: total,
    lost: total - delivered,
    lateMs: tell(lateness),
    answerMs: tell(answers),
    deliveryMs: tell(deliveries),
  }
}

/** Waits for the last ones, no longer than somebody would. */
export async function untilDone(isDone: () => boolean): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !isDone() && performance.now() < end;) await pause(20)
}

// --- Internal helpers ---

const PATIENCE_MS = 30_000
/** A prime, so that every pair has its turn. */
const STRIDE = 7_919

function record(histogram: RecordableHistogram, since: number) {
  histogram.record(Math.max(1, Math.round((performance.now() - since) * 1_000)))
}

function tell(histogram: RecordableHistogram) {
  return `p50 ${toMs(histogram.percentile(50))}, p99 ${toMs(histogram.percentile(99))}, most ${toMs(histogram.max)}`
}

function toMs(microseconds: number) {
  return `${(microseconds / 1_000).toFixed(1)} ms`
}
