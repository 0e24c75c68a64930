// Tables of figures, and the words in which figures are told.
import type { Figures } from './generator.ts'
import { median } from './statistics.ts'

/** What one server came to in a scenario, round by round. */
export interface Row {
  name: string
  figures: Figures[]
}

/** One row held against another, round by round. */
export interface Ratio {
  name: string
  of: Figures[]
  to: Figures[]
}

/** Every figure is the median of the rounds; a ratio is the median of the ratios that the rounds had. */
export function makeTable(rows: Row[], ratios: Ratio[]): string[] {
  const hasDatabase = rows.some(({ figures }) => figures.some(({ database }) => database))
  const cpus = CPUS.filter(({ isDatabase }) => hasDatabase || !isDatabase)
  const cells: [string, string[]][] = [
    ['', [...COMPARED.map(({ head }) => head), ...cpus.map(({ head }) => head)]],
    ...rows.map(({ name, figures }): [string, string[]] => [
      name,
      [
        ...COMPARED.map(({ of, show }) => show(median(figures.map(of)))),
        ...cpus.map(({ of }) => toCpu(figures.map(of))),
      ],
    ]),
    ...ratios.map(({ name, of, to }): [string, string[]] => [
      name,
      COMPARED.map((column) => toRatio(median(divide(of.map(column.of), to.map(column.of))))),
    ]),
  ]
  const width = Math.max(10, ...cells.map(([name]) => name.length))
  return cells.map(([name, row]) => `  ${name.padEnd(width)}${row.map((cell) => cell.padStart(14)).join('')}`)
}

/** What one server came to held against what another did, round by round. */
export function divide(values: number[], by: number[]): number[] {
  return values.map((value, round) => value / (by[round] ?? Number.NaN))
}

/** What else ran: where it was much, a ratio near a floor, and any latency, is chance. */
export function tellOthers(figures: Figures[]): string[] {
  const others = figures.flatMap(({ othersCpu }) => othersCpu ?? [])
  if (others.length === 0) return []
  // the mean, because a short burst of others spoils a round, too
  const share = others.reduce((sum, each) => sum + each, 0) / others.length
  const advice = share > MOST_FOR_OTHERS ? '; the machine was busy: measure again when it is not' : ''
  return [`other programs meanwhile: ${toPercent(share)} of a core on average${advice}`]
}

/** A ratio of several rounds: its median, and how far it went. */
export function toMeasured(ratios: number[]): string {
  return `${toRatio(median(ratios))} (${toRatio(Math.min(...ratios))} to ${toRatio(Math.max(...ratios))})`
}

export function toVerdict(holds: boolean): string {
  return holds ? 'holds' : 'missed'
}

export function toCount(value: number): string {
  return Math.round(value).toLocaleString('en')
}

export function toMs(value: number): string {
  return `${value.toFixed(2)} ms`
}

/** Rounded down, so that no floor that is missed reads as if it were met. */
export function toRatio(value: number): string {
  return `${(Math.floor(value * 100) / 100).toFixed(2)}x`
}

/** The median of shares of a core, as far as the system told them. */
export function toCpu(shares: (number | null)[]): string {
  const told = shares.filter((share) => share !== null)
  return told.length === 0 ? 'n/a' : toPercent(median(told))
}

// --- Internal helpers ---

/** A machine on which other programs take more of a core than this says little about any server. */
const MOST_FOR_OTHERS = 0.1

const COMPARED: { head: string; of: (figures: Figures) => number; show: (value: number) => string }[] = [
  { head: 'messages/s', of: ({ perSecond }) => perSecond, show: toCount },
  { head: 'reply p50', of: ({ replyMs }) => replyMs.p50, show: toMs },
  { head: 'p99', of: ({ replyMs }) => replyMs.p99, show: toMs },
  { head: 'delivery p50', of: ({ deliveryMs }) => deliveryMs.p50, show: toMs },
  { head: 'p99', of: ({ deliveryMs }) => deliveryMs.p99, show: toMs },
]

const CPUS: { head: string; of: (figures: Figures) => number | null; isDatabase?: boolean }[] = [
  { head: 'server CPU', of: ({ serverCpu }) => serverCpu },
  { head: 'mongod CPU', of: ({ database }) => database?.cpu ?? null, isDatabase: true },
  { head: 'generator CPU', of: ({ generatorCpu }) => generatorCpu },
]

function toPercent(share: number): string {
  return `${Math.round(share * 100)} %`
}
