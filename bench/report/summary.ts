// The summary of a run: what docs/performance.json records and every report is made from.
import type { Figures } from '#rufer/bench/figures.ts'

export interface Summary {
  date: string
  machine: { processor: string; cores: number; system: string }
  /** of what ran, by name */
  versions: Record<string, string>
  /** how much was measured, by name */
  extent: Record<string, number>
  /** why what was left out was */
  skipped: string[]
  /** what all other programs took of a core; null where the system does not tell */
  othersCpu: number | null
  tables: Table[]
  aims: Judgement[]
}

/** Every figure is the median of the rounds; a ratio is the median of the ratios that the rounds had. */
export interface Table {
  name: string
  title: string
  columns: Column[]
  rows: TableRow[]
  ratios: TableRow[]
}

export interface TableRow {
  name: string
  title: string
  figures: Figures
}

export interface Column {
  /** of the figure */
  key: string
  head: string
  unit: 'count' | 'ms' | 'us' | 'KB' | 'share'
}

/** An aim held against what was measured. */
export interface Judgement {
  name: string
  what: string
  unit: 'ratio' | 'ms'
  /** whether `wanted` is the least or the most */
  bound: 'least' | 'most'
  wanted: number
  measured: number
  /** how far the rounds went */
  from: number
  to: number
  holds: boolean
}
