// Messages between pairs of users: as many as are answered, and at steady rates.
import { putLoad } from '#rufer/bench/load/put-load.ts'
import type { Column } from '#rufer/bench/report/summary.ts'
import { takePairs, toServed } from '#rufer/bench/sides/side.ts'
import { bySide, CPUS, SIDE_RATIOS, SIDE_ROWS, type Measurement } from './measurement.ts'

const COLUMNS: Column[] = [
  { key: 'perSecond', head: 'messages/s', unit: 'count' },
  { key: 'replyP50', head: 'reply p50', unit: 'ms' },
  { key: 'replyP99', head: 'p99', unit: 'ms' },
  { key: 'deliveryP50', head: 'delivery p50', unit: 'ms' },
  { key: 'deliveryP99', head: 'p99', unit: 'ms' },
  { key: 'lateP99', head: 'load late p99', unit: 'ms' },
  { key: 'afterCommitP50', head: 'after commit p50', unit: 'ms' },
  { key: 'group', head: 'in a commit', unit: 'count' },
  ...CPUS,
]

/** Every pair has one message under way: the most messages a second. */
export const closedLoop: Measurement = toMeasurement({
  name: 'closed',
  title: 'Closed loop: every pair has one message under way',
})

/** Latency at loads that a server may have. */
export const openLoops: Measurement[] = [200, 1_000, 4_000].map((perSecond) =>
  toMeasurement({
    name: `open-${perSecond}`,
    title: `Open loop: ${perSecond.toLocaleString('en')} messages/s, latency from the scheduled instant`,
    perSecond,
  }),
)

// --- Internal helpers ---

function toMeasurement(of: { name: string; title: string; perSecond?: number }): Measurement {
  const { name, title, perSecond } = of
  return {
    name,
    title,
    columns: COLUMNS,
    rows: SIDE_ROWS,
    ratios: SIDE_RATIOS,
    begin: (stage) =>
      bySide(stage, async (side) => {
        const { pairs, seconds } = stage.extent
        return putLoad({
          job: 'exchange',
          ...toServed(side),
          seats: await takePairs(side, pairs),
          seconds,
          ...(perSecond !== undefined && { perSecond }),
        })
      }),
  }
}
