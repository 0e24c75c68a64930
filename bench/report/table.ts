// Figures in words, and tables of them: for a terminal and for a document.
import type { Column, Judgement, Table } from './summary.ts'

/** A machine on which other programs take more of a core than this says little about any server. */
export const MOST_FOR_OTHERS = 0.1

/** A head, and the rows under it; the first cell of each is what it is called. */
export type Cells = string[][]

export function toCells({ title, columns, rows, ratios }: Table): Cells {
  const told = columns.filter(({ key }) => rows.some(({ figures }) => key in figures))
  return [
    [title, ...told.map(({ head }) => head)],
    ...rows.map(({ title: name, figures }) => [
      name,
      ...told.map(({ key, unit }) => toCell(figures[key], UNITS[unit])),
    ]),
    ...ratios.map(({ title: name, figures }) => [
      name,
      ...told.map(({ key }) => (key in figures ? toCell(figures[key], toRatio) : '')),
    ]),
  ]
}

export function toAimCells(aims: Judgement[]): Cells {
  return [
    ['aim', 'wanted', 'measured', ''],
    ...aims.map((aim) => [aim.what, toWanted(aim), toMeasured(aim), aim.holds ? 'holds' : 'missed']),
  ]
}

/** Columns with their right edges in line. */
export function toLines([head = [], ...rows]: Cells): string[] {
  const [title = '', ...heads] = head
  const all = [['', ...heads], ...rows]
  const widths = heads.map((_, index) => Math.max(...all.map((cells) => (cells[index + 1] ?? '').length)) + 3)
  const first = Math.max(...all.map(([name = '']) => name.length))
  return [
    title,
    ...all.map(([name = '', ...cells]) =>
      `  ${name.padEnd(first)}${cells.map((cell, index) => cell.padStart(widths[index] ?? 0)).join('')}`.trimEnd(),
    ),
  ]
}

export function toMarkdown([head = [], ...rows]: Cells): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

export function toWanted({ unit, bound, wanted }: Judgement): string {
  return `at ${bound} ${unit === 'ms' ? toMs(wanted) : toRatio(wanted)}`
}

/** With how far the rounds went. */
export function toMeasured({ unit, measured, from, to }: Judgement): string {
  const show = unit === 'ms' ? toMs : toRatio
  return `${show(measured)} (${show(from)} to ${show(to)})`
}

export function toCount(value: number): string {
  return Math.round(value).toLocaleString('en')
}

function toMs(value: number): string {
  return `${value.toFixed(2)} ms`
}

/** Rounded down, so that no floor that is missed reads as if it were met. */
export function toRatio(value: number): string {
  return `${(Math.floor(value * 100) / 100).toFixed(2)}x`
}

export function toPercent(share: number): string {
  return `${Math.round(share * 100)} %`
}

// --- Internal helpers ---

const UNITS: Record<Column['unit'], (value: number) => string> = {
  count: toCount,
  ms: toMs,
  us: (value) => `${toCount(value)} µs`,
  KB: (value) => `${value.toFixed(1)} KB`,
  share: toPercent,
}

/** Nothing where there is nothing to tell. */
function toCell(value: number | null | undefined, show: (value: number) => string) {
  if (value === undefined) return ''
  return value === null ? 'n/a' : show(value)
}
