// Whether aims hold: each one held against what the rounds came to.
import type { Aim, Bound, Place } from '#rufer/bench/aims.ts'
import type { Round } from '#rufer/bench/figures.ts'
import { median } from '#rufer/bench/statistics.ts'
import type { Judgement } from './summary.ts'

/** Nothing where its figures were not all measured. */
export function judge(aim: Aim, rounds: Round[]): Judgement | undefined {
  const { name, what, of, to, bound } = aim
  const values = to ? divide(figuresAt(rounds, of), figuresAt(rounds, to)) : figuresAt(rounds, of)
  const wanted = toWanted(bound, rounds)
  if (values.length === 0 || wanted === undefined) return undefined
  const measured = median(values)
  const isLeast = 'least' in bound
  return {
    name,
    what,
    unit: to ? 'ratio' : 'ms',
    bound: isLeast ? 'least' : 'most',
    wanted,
    measured,
    from: Math.min(...values),
    to: Math.max(...values),
    holds: isLeast ? measured >= wanted : measured <= wanted,
  }
}

/** A figure round by round; none where it was not measured. */
export function figuresAt(rounds: Round[], [measurement, row, figure]: Place): number[] {
  return rounds.flatMap((round) => round[measurement]?.[row]?.[figure] ?? [])
}

/** What one row came to held against what another did, round by round. */
export function divide(values: number[], by: number[]): number[] {
  return values.length === by.length ? values.map((value, round) => value / (by[round] ?? Number.NaN)) : []
}

// --- Internal helpers ---

function toWanted(bound: Bound, rounds: Round[]): number | undefined {
  if ('least' in bound) return bound.least
  if ('most' in bound) return bound.most
  const terms = bound.mostSum.map(([times, of]) => ({ times, values: figuresAt(rounds, of) }))
  if (terms.some(({ values }) => values.length === 0)) return undefined
  return terms.reduce((sum, { times, values }) => sum + times * median(values), 0)
}
