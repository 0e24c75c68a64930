// Counters: what was refused, dropped or repaired, and why, so that nothing degrades in silence; and the meters beside them.
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import { createMeters, type Meters } from './meters.ts'

export interface Counters extends Meters {
  /** one more that was refused for a limit or rule: an HTTP call, an upgrade, a request */
  refused(reason: string): void
  /** one more connection, event or write that was given up */
  dropped(reason: string): void
  /** one more attempt that came to nothing and is made again */
  failed(reason: string): void
  /** one more that went wrong and was set right */
  repaired(reason: string): void
  /** one more error that nothing caught, which is a mistake of ours */
  uncaught(kind: string): void
  /** a value read whenever the counters are */
  gauge(name: string, help: string, read: () => number): void
  /** name → number, such as `{ 'refused:wrong-key': 3 }`; without the meters */
  all(): Promise<Record<string, number>>
  /** all of it as Prometheus text */
  toText(): Promise<string>
}

/** Counters of one process, all at zero; with `isWhole` also of what Node itself does: its memory, event loop and garbage. */
export function createCounters({ isWhole = false } = {}): Counters {
  const registry = new Registry()
  const metered = new Registry()
  if (isWhole) collectDefaultMetrics({ register: metered, prefix: 'rufer_' })
  const counter = (kind: string, help: string) =>
    new Counter({ name: `rufer_${kind}_total`, help, labelNames: ['reason'], registers: [registry] })
  const refused = counter('refused', 'Refused for a limit or rule, by reason')
  const dropped = counter('dropped', 'Connections, events and writes given up, by reason')
  const failed = counter('failed', 'Attempts that came to nothing and are made again, by reason')
  const repaired = counter('repaired', 'Went wrong and was set right, by reason')
  const uncaught = counter('uncaught', 'Errors that nothing caught, by kind')
  return {
    ...createMeters(metered),
    refused: (reason) => refused.inc({ reason }),
    dropped: (reason) => dropped.inc({ reason }),
    failed: (reason) => failed.inc({ reason }),
    repaired: (reason) => repaired.inc({ reason }),
    uncaught: (reason) => uncaught.inc({ reason }),
    gauge(name, help, read) {
      registry.registerMetric(
        new Gauge({
          name: `rufer_${name}`,
          help,
          registers: [],
          collect() {
            this.set(read())
          },
        }),
      )
    },
    all: async () => Object.fromEntries((await registry.getMetricsAsJSON()).flatMap(toEntries)),
    toText: async () => `${await registry.metrics()}\n${await metered.metrics()}`,
  }
}

// --- Internal helpers ---

function toEntries({ name, values }: { name: string; values?: { value: number; labels: object }[] }) {
  const kind = name.replace(/^rufer_/, '').replace(/_total$/, '')
  return (values ?? []).map(({ value, labels }): [string, number] => [
    [kind, ...Object.values(labels)].join(':'),
    value,
  ])
}
