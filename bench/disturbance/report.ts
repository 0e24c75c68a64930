// The report: the figures alone and disturbed, how much worse they became, and whether that is within what is promised.
import { median, type Spread } from '../statistics.ts'

export interface Figures {
  replyMs: Spread
  deliveryMs: Spread
  /** the most bytes that the server had; NaN where the system does not tell */
  memory: number
}

/** One measurement after the other, on the same server. */
export interface Round {
  alone: Figures
  disturbed: Figures
}

/** Every figure is the median of the rounds; a ratio is the median of the ratios that the rounds had. */
export function makeReport(rounds: Round[], metrics: Record<string, number>): string {
  const ratios = COLUMNS.map(({ of }) =>
    median(rounds.map(({ alone, disturbed }) => of(disturbed) / of(alone))),
  )
  const row = (figures: Figures[]) => COLUMNS.map(({ of, show }) => show(median(figures.map(of))))
  const rows = [
    ['', ...COLUMNS.map(({ head }) => head)],
    ['alone', ...row(rounds.map(({ alone }) => alone))],
    ['disturbed', ...row(rounds.map(({ disturbed }) => disturbed))],
    ['ratio', ...ratios.map((ratio) => `${ratio.toFixed(2)}x`)],
  ]
  return [
    ...rows.map(toLine),
    '',
    ...COLUMNS.flatMap(({ judged }, index) => (judged ? [judge(judged, ratios[index] ?? NaN)] : [])),
    '',
    ...COUNTED.map(
      ({ what, reason }) => `${what}: ${metrics[`rufer_dropped_total{reason="${reason}"}`] ?? 0}`,
    ),
  ].join('\n')
}

// --- Internal helpers ---

/** A p99 may become so many times as long. */
const MOST = 2

interface Column {
  head: string
  of: (figures: Figures) => number
  show: (value: number) => string
  /** how it is called where it is judged */
  judged?: string
}

const COLUMNS: Column[] = [
  { head: 'reply p50', of: ({ replyMs }) => replyMs.p50, show: toMs },
  { head: 'p99', of: ({ replyMs }) => replyMs.p99, show: toMs, judged: 'p99 of the reply' },
  { head: 'delivery p50', of: ({ deliveryMs }) => deliveryMs.p50, show: toMs },
  { head: 'p99', of: ({ deliveryMs }) => deliveryMs.p99, show: toMs, judged: 'p99 of the delivery' },
  { head: 'most memory', of: ({ memory }) => memory, show: toMegabytes },
]

const COUNTED = [
  { what: 'cut because they did not read (4408)', reason: 'connection-silent' },
  { what: 'cut because they flooded (4429)', reason: 'connection-flooding' },
  { what: 'cut because they broke the protocol (4400)', reason: 'connection-violation' },
]

function toLine([name = '', ...cells]: string[]) {
  return `  ${name.padEnd(10)}${cells.map((cell) => cell.padStart(14)).join('')}`
}

function judge(name: string, ratio: number) {
  return `  ${name}: ${ratio.toFixed(2)}x, at most ${MOST}x is promised: ${ratio <= MOST ? 'holds' : 'missed'}`
}

function toMs(value: number) {
  return `${value.toFixed(2)} ms`
}

function toMegabytes(bytes: number) {
  return Number.isNaN(bytes) ? 'unknown' : `${Math.round(bytes / 1_048_576)} MB`
}
