// The report: the embedded engine and the relay beside one another, the ratios, and whether each floor holds, in words.
import type { Figures } from './generator.ts'
import { median, type Spread } from './statistics.ts'
import { divide, makeTable, tellOthers, toCount, toMeasured, toMs, toRatio, toVerdict } from './table.ts'

/** What one server came to in a round. */
export interface Outcome {
  closed: Figures
  open: Figures
}

/** One round: both servers, one after the other, and the disk by itself. */
export interface Round {
  rufer: Outcome
  relay: Outcome
  rowMs: Spread
}

/** Every figure is the median of the rounds; a ratio is the median of the ratios that the rounds had. */
export function makeReport(rounds: Round[], perSecond: number): string {
  const rowP50 = median(rounds.map(({ rowMs }) => rowMs.p50))
  const rowP99 = median(rounds.map(({ rowMs }) => rowMs.p99))
  const [rufer, relay] = [rounds.map((round) => round.rufer), rounds.map((round) => round.relay)]
  return [
    'closed loop: every pair has one message under way',
    ...compare(rounds, 'closed'),
    '',
    `open loop: ${toCount(perSecond)} messages/s over all pairs, latency from the scheduled instant`,
    ...compare(rounds, 'open'),
    '',
    `one committed row (SQLite, WAL, synchronous=FULL, between the rounds, no load beside it): p50 ${toMs(rowP50)}, p99 ${toMs(rowP99)}`,
    ...tellOthers([...rufer, ...relay].flatMap(({ closed, open }) => [closed, open])),
    '',
    'floors',
    judgeThroughput(rounds),
    judgeLatency(rounds, 'replyMs', rowP99),
    judgeLatency(rounds, 'deliveryMs', rowP99),
  ].join('\n')
}

// --- Internal helpers ---

/** Stored, acknowledged and delivered: at least this share of the relay's throughput. */
const THROUGHPUT_FLOOR = 0.25
/** The p99 at a steady rate may be above the relay's by the p99 of so many committed rows. */
const ROWS_ALLOWED = 3

const LATENCIES = { replyMs: 'reply', deliveryMs: 'delivery' } as const

function compare(rounds: Round[], scenario: keyof Outcome): string[] {
  const rufer = rounds.map((round) => round.rufer[scenario])
  const relay = rounds.map((round) => round.relay[scenario])
  return makeTable(
    [
      { name: 'Rufer', figures: rufer },
      { name: 'bare relay', figures: relay },
    ],
    [{ name: 'ratio', of: rufer, to: relay }],
  )
}

function judgeThroughput(rounds: Round[]) {
  const ratios = divide(
    rounds.map(({ rufer }) => rufer.closed.perSecond),
    rounds.map(({ relay }) => relay.closed.perSecond),
  )
  return `  closed loop, messages/s: at least ${toRatio(THROUGHPUT_FLOOR)} of the relay's; measured ${toMeasured(ratios)}: ${toVerdict(median(ratios) >= THROUGHPUT_FLOOR)}`
}

function judgeLatency(rounds: Round[], latency: keyof typeof LATENCIES, rowP99: number) {
  const rufer = median(rounds.map((round) => round.rufer.open[latency].p99))
  const relay = median(rounds.map((round) => round.relay.open[latency].p99))
  const most = relay + ROWS_ALLOWED * rowP99
  return `  open loop, ${LATENCIES[latency]} p99: at most the relay's ${toMs(relay)} + ${ROWS_ALLOWED} × ${toMs(rowP99)} of a row = ${toMs(most)}; measured ${toMs(rufer)}: ${toVerdict(rufer <= most)}`
}
