// Counters: what was refused, dropped or repaired, and why, so that nothing degrades in silence.
import { Counter, Gauge, Registry } from 'prom-client'

export interface Counters {
  /** one more that was refused for a limit or rule: an HTTP call, an upgrade, a request */
  refused(reason: string): void
  /** one more connection, event or write that was given up */
  dropped(reason: string): void
  /** one more that went wrong and was set right */
  repaired(reason: string): void
  /** one more error that nothing caught, which is a mistake of ours */
  uncaught(kind: string): void
  /** a value read whenever the counters are */
  gauge(name: string, read: () => number): void
  /** name → number, such as `{ 'refused:wrong-key': 3 }` */
  all(): Promise<Record<string, number>>
  /** the same as Prometheus text */
  toText(): Promise<string>
}

/** Counters of one process, all at zero. */
export function createCounters(): Counters {
  const registry = new Registry()
  const counter = (kind: string, help: string) =>
    new Counter({ name: `rufer_${kind}_total`, help, labelNames: ['reason'], registers: [registry] })
  const refused = counter('refused', 'Refused for a limit or rule, by reason')
  const dropped = counter('dropped', 'Connections, events and writes given up, by reason')
  const repaired = counter('repaired', 'Went wrong and was set right, by reason')
  const uncaught = counter('uncaught', 'Errors that nothing caught, by kind')
  return {
    refused: (reason) => refused.inc({ reason }),
    dropped: (reason) => dropped.inc({ reason }),
    repaired: (reason) => repaired.inc({ reason }),
    uncaught: (reason) => uncaught.inc({ reason }),
    gauge(name, read) {
      registry.registerMetric(
        new Gauge({
          name: `rufer_${name}`,
          help: name.replaceAll('_', ' '),
          registers: [],
          collect() {
            this.set(read())
          },
        }),
      )
    },
    all: async () => Object.fromEntries((await registry.getMetricsAsJSON()).flatMap(toEntries)),
    toText: () => registry.metrics(),
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
