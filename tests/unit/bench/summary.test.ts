// From rounds to a summary: medians, ratios of rounds, and aims that are said to hold or to be missed.
import { expect, test } from 'vitest'
import type { Figures, Round } from '#rufer/bench/figures.ts'
import { summarise } from '#rufer/bench/report/summarise.ts'
import type { Column } from '#rufer/bench/report/summary.ts'

const COLUMNS: Column[] = [
  { key: 'perSecond', head: 'messages/s', unit: 'count' },
  { key: 'replyP99', head: 'p99', unit: 'ms' },
  { key: 'serverCpu', head: 'server CPU', unit: 'share' },
]

const measurements = ['closed', 'open-1000'].map((name) => ({
  name,
  title: name,
  columns: COLUMNS,
  rows: { ws: 'relay', embedded: 'Rufer' },
  ratios: [['embedded', 'ws'] satisfies [string, string]],
}))

const figures = (perSecond: number, replyP99: number, more: Figures = {}): Figures => ({
  perSecond,
  replyP99,
  deliveryP99: replyP99 + 0.5,
  serverCpu: 0.5,
  othersCpu: 0.02,
  ...more,
})

/** A round in which Rufer takes so many messages a second where the relay takes 10,000, and has such a p99. */
const aRound = (perSecond: number, p99: number, more: Figures = {}): Round => ({
  closed: { ws: figures(10_000, 2), embedded: figures(perSecond, p99, more) },
  'open-1000': { ws: figures(1_000, 2), embedded: figures(1_000, p99) },
  rows: { row: { commitP99: 1 } },
})

const summaryOf = (...rounds: Round[]) => summarise(rounds, measurements)

const verdictsOf = (...rounds: Round[]) =>
  summaryOf(...rounds).aims.map(({ name, wanted, measured, holds }) => ({ name, wanted, measured, holds }))

test('aims that just hold do', () => {
  expect(verdictsOf(aRound(5_000, 5))).toEqual([
    { name: 'closed-to-ws', wanted: 0.5, measured: 0.5, holds: true },
    { name: 'open-reply', wanted: 5, measured: 5, holds: true },
    { name: 'open-delivery', wanted: 5.5, measured: 5.5, holds: true },
  ])
})

test('aims that are just missed are', () => {
  expect(verdictsOf(aRound(4_999, 5.1)).map(({ holds }) => holds)).toEqual([false, false, false])
})

test('one bad round of three changes no figure, but is told', () => {
  const { tables, aims } = summaryOf(aRound(5_000, 5), aRound(10, 900), aRound(6_000, 4))
  expect(aims[0]).toMatchObject({ measured: 0.5, from: 0.001, to: 0.6, holds: true })
  const [closed] = tables
  expect(closed?.rows.map(({ title, figures: { perSecond } }) => [title, perSecond])).toEqual([
    ['relay', 10_000],
    ['Rufer', 5_000],
  ])
  expect(closed?.ratios).toEqual([
    { name: 'embedded/ws', title: 'Rufer to relay', figures: { perSecond: 0.5, replyP99: 2.5 } },
  ])
})

test('a side that was not measured has no row, no ratio and no aim, and what has no row no table', () => {
  const { tables, aims } = summaryOf({ closed: { embedded: figures(5_000, 5) } })
  expect(aims).toEqual([])
  expect(tables.map(({ name, rows, ratios }) => [name, rows.length, ratios.length])).toEqual([
    ['closed', 1, 0],
  ])
})

test('what the system does not tell stays unknown, and other programs are the mean of all that is told', () => {
  const { tables, othersCpu } = summaryOf(aRound(5_000, 5, { serverCpu: null, othersCpu: 0.1 }))
  expect(tables[0]?.rows[1]?.figures['serverCpu']).toBeNull()
  expect(othersCpu).toBeCloseTo(0.04)
  expect(summaryOf({}).othersCpu).toBeNull()
})
