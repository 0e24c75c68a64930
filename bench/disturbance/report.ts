// The report: the figures alone and beside those who disturb, how much worse they became, and whether that is within what is promised.
import { median, type Spread } from '../statistics.ts'

export interface Figures {
  /** of the reply, in the seconds in which those who disturb begin */
  onsetMs: Spread
  /** after those seconds, as all that follows but the memory */
  replyMs: Spread
  deliveryMs: Spread
  /** the most bytes that the server had; NaN where the system does not tell */
  memory: number
  /** transactions that took more than 5 ms, the wait for the disk included */
  slowCommits: number
}

const SILENT = ['slow']
const FLOODS = ['asking', 'pinging', 'babbling']

/** Beside whom the well-behaved are measured, and the kinds of those who disturb then. */
export const WAYS = { 'silent ones': SILENT, floods: FLOODS, both: [...SILENT, ...FLOODS] }
export type Way = keyof typeof WAYS
const ways: Way[] = ['silent ones', 'floods', 'both']

/** One measurement after the other, on the same server. */
export type Round = Record<'alone' | Way, Figures>

/** Every figure is the median of the rounds; a ratio is the median of the ratios that the rounds had. */
export function makeReport(rounds: Round[], metrics: Record<string, number>): string {
  const rows = [
    ['', ...COLUMNS.map(({ head }) => head)],
    toRow('alone', rounds),
    ...ways.flatMap((way) => [toRow(way, rounds), ['', ...toRatios(way, rounds).map(toTimesOrNothing)]]),
  ]
  return [
    ...rows.map(toLine),
    '',
    ...ways.flatMap((way) =>
      toRatios(way, rounds).flatMap((ratio, index) => judge(way, COLUMNS[index]?.judged, ratio)),
    ),
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
  { head: 'p99 at first', of: ({ onsetMs }) => onsetMs.p99, show: toMs },
  { head: 'reply p50', of: ({ replyMs }) => replyMs.p50, show: toMs },
  { head: 'p99', of: ({ replyMs }) => replyMs.p99, show: toMs, judged: 'p99 of the reply' },
  { head: 'delivery p50', of: ({ deliveryMs }) => deliveryMs.p50, show: toMs },
  { head: 'p99', of: ({ deliveryMs }) => deliveryMs.p99, show: toMs, judged: 'p99 of the delivery' },
  { head: 'most memory', of: ({ memory }) => memory, show: toMegabytes },
  { head: 'slow commits', of: ({ slowCommits }) => slowCommits, show: String },
]

const COUNTED = [
  { what: 'cut because they did not read (4408)', reason: 'connection-silent' },
  { what: 'cut because they flooded (4429)', reason: 'connection-flooding' },
  { what: 'cut because they broke the protocol (4400)', reason: 'connection-violation' },
]

function toRow(way: keyof Round, rounds: Round[]) {
  return [way, ...COLUMNS.map(({ of, show }) => show(median(rounds.map((round) => of(round[way])))))]
}

function toRatios(way: Way, rounds: Round[]) {
  return COLUMNS.map(({ of }) => median(rounds.map((round) => of(round[way]) / of(round.alone))))
}

function toLine([name = '', ...cells]: string[]) {
  return `  ${name.padEnd(12)}${cells.map((cell) => cell.padStart(14)).join('')}`
}

function judge(way: Way, name: string | undefined, ratio: number) {
  if (name === undefined) return []
  const outcome = ratio <= MOST ? 'holds' : 'missed'
  return [`  beside ${way}, ${name}: ${toTimes(ratio)}, at most ${MOST}x is promised: ${outcome}`]
}

function toTimes(ratio: number) {
  return `${ratio.toFixed(2)}x`
}

/** Where there was nothing to compare with, a ratio says nothing. */
function toTimesOrNothing(ratio: number) {
  return Number.isFinite(ratio) ? toTimes(ratio) : ''
}

function toMs(value: number) {
  return `${value.toFixed(2)} ms`
}

function toMegabytes(bytes: number) {
  return Number.isNaN(bytes) ? 'unknown' : `${Math.round(bytes / 1_048_576)} MB`
}
