// From rounds to the summary of a run: medians, ratios and verdicts.
import { aims } from '#rufer/bench/aims.ts'
import type { Figures, Round } from '#rufer/bench/figures.ts'
import type { Measurement } from '#rufer/bench/measurements/measurement.ts'
import { median } from '#rufer/bench/statistics.ts'
import { divide, figuresAt, judge } from './judge.ts'
import type { Summary, Table, TableRow } from './summary.ts'

type Tabled = Pick<Measurement, 'name' | 'title' | 'columns' | 'rows' | 'ratios'>

export function summarise(
  rounds: Round[],
  measurements: Tabled[],
): Pick<Summary, 'othersCpu' | 'tables' | 'aims'> {
  return {
    othersCpu: meanOfOthers(rounds),
    tables: measurements
      .map((measurement) => toTable(rounds, measurement))
      .filter(({ rows }) => rows.length > 0),
    aims: aims.flatMap((aim) => judge(aim, rounds) ?? []),
  }
}

// --- Internal helpers ---

function toTable(rounds: Round[], { name, title, columns, rows, ratios }: Tabled): Table {
  const measured = Object.entries(rows).filter(([row]) => rounds.some((round) => round[name]?.[row]))
  const compared = columns.filter(({ unit }) => unit !== 'share')
  return {
    name,
    title,
    columns,
    rows: measured.map(([row, rowTitle]): TableRow => {
      const figures = rounds.map((round) => round[name]?.[row]).filter((each) => each !== undefined)
      return { name: row, title: rowTitle, figures: mediansOf(figures) }
    }),
    ratios: ratios
      .map(([of, to]): TableRow => {
        const ratioOf = (key: string) =>
          divide(figuresAt(rounds, [name, of, key]), figuresAt(rounds, [name, to, key]))
        const figures = compared.flatMap(({ key }) => toEntry(key, ratioOf(key)))
        return {
          name: `${of}/${to}`,
          title: `${rows[of]} to ${rows[to]}`,
          figures: Object.fromEntries(figures),
        }
      })
      .filter(({ figures }) => Object.keys(figures).length > 0),
  }
}

/** Null where no round tells. */
function mediansOf(rounds: Figures[]): Figures {
  const keys = [...new Set(rounds.flatMap(Object.keys))]
  return Object.fromEntries(
    keys.map((key) => {
      const told = rounds.flatMap((figures) => figures[key] ?? [])
      return [key, told.length === 0 ? null : median(told)]
    }),
  )
}

function toEntry(key: string, ratios: number[]): [string, number][] {
  return ratios.length === 0 ? [] : [[key, median(ratios)]]
}

/** The mean, because a short burst of others spoils a round, too. */
function meanOfOthers(rounds: Round[]): number | null {
  const others = rounds.flatMap((round) =>
    Object.values(round).flatMap((rows) => Object.values(rows).flatMap(({ othersCpu }) => othersCpu ?? [])),
  )
  return others.length === 0 ? null : others.reduce((sum, each) => sum + each, 0) / others.length
}
