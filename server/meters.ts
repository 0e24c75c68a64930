// Meters: how much is done, how long it takes and how it ends, as Prometheus counts it. Labels come from closed sets alone.
import { Counter, Histogram, type Registry } from 'prom-client'

export interface Meters {
  /** one more request of a socket answered: with a result, or an error of that code */
  answered(method: string, outcome: string, ms: number): void
  /** one more HTTP call answered */
  called(call: string, status: number, ms: number): void
  /** one more transaction: of so many writes */
  committed(writes: number, ms: number): void
  /** one more change told to connections, so long after it was stored */
  told(kind: string, connections: number, ms: number): void
  /** one more session token: issued, or offered and taken or not */
  token(outcome: 'issued' | 'used' | 'refused'): void
  /** so many conversations in which a client had missed something, and was given it */
  missed(conversations: number): void
}

/** The meters of one process, all at zero. */
export function createMeters(registry: Registry): Meters {
  const registers = [registry]
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `rufer_${name}`, help, labelNames, registers })
  const histogram = (name: string, help: string, { by = [], buckets = SECONDS }: Axes = {}) =>
    new Histogram({ name: `rufer_${name}`, help, labelNames: by, buckets, registers })

  const requests = counter('requests_total', 'Requests over sockets, by method and outcome', [
    'method',
    'outcome',
  ])
  const requestTime = histogram('request_duration_seconds', 'From a request to its reply', { by: ['method'] })
  const calls = counter('http_requests_total', 'Calls of the HTTP API, by call and status', [
    'call',
    'status',
  ])
  const callTime = histogram('http_request_duration_seconds', 'From an HTTP call to its answer', {
    by: ['call'],
  })
  const commitTime = histogram('commit_duration_seconds', 'How long transactions take')
  const commitSize = histogram('commit_writes', 'Writes that shared a transaction', { buckets: WRITES })
  const delay = histogram('event_delay_seconds', 'From the instant of a stored change to its events', {
    by: ['kind'],
  })
  const events = counter('events_sent_total', 'Events of stored changes sent to connections', ['kind'])
  const tokens = counter('tokens_total', 'Session tokens issued, used and refused', ['outcome'])
  const missed = counter('sync_gaps_total', 'Conversations in which a client had missed something')

  return {
    answered(method, outcome, ms) {
      requests.inc({ method, outcome })
      requestTime.observe({ method }, ms / 1_000)
    },
    called(call, status, ms) {
      calls.inc({ call, status })
      callTime.observe({ call }, ms / 1_000)
    },
    committed(writes, ms) {
      commitTime.observe(ms / 1_000)
      commitSize.observe(writes)
    },
    told(kind, connections, ms) {
      delay.observe({ kind }, ms / 1_000)
      events.inc({ kind }, connections)
    },
    token: (outcome) => tokens.inc({ outcome }),
    missed: (conversations) => missed.inc(conversations),
  }
}

// --- Internal helpers ---

interface Axes {
  by?: string[]
  buckets?: number[]
}

/** From what a quick disk takes to where clients give up. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15]
const WRITES = [1, 2, 4, 8, 16, 32, 64, 128, 256]
