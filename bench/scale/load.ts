// The load: an open loop over all pairs, with every latency from the instant that a message was to be sent.
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import type { Fleet } from './fleet.ts'

export interface LoadFigures {
  sent: number
  /** that were not delivered, half a minute after the last one was sent */
  lost: number
  /** as they are told */
  answerMs: string
  deliveryMs: string
}

export async function runLoad(
  fleet: Fleet,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<LoadFigures> {
  const answers = createHistogram()
  const deliveries = createHistogram()
  const began = performance.now()
  const total = Math.round(perSecond * seconds)
  let delivered = 0

  function sendAt(instant: number, pair: number) {
    const sent = fleet.send(pair)
    void sent.answered.then(() => record(answers, instant))
    void sent.delivered.then(() => record(deliveries, instant)).then(() => delivered++)
  }

  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.ceil(((performance.now() - began) * perSecond) / 1_000))
    // pairs take turns, far apart
    for (; sent < due; sent++) sendAt(began + (sent * 1_000) / perSecond, (sent * STRIDE) % fleet.pairs)
    await pause(1)
  }
  await untilDone(() => delivered === total)
  return {
    sent: total,
    lost: total - delivered,
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
