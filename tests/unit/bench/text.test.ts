// The reports of a run: tables for a terminal and for a document, and words for what is wrong with the machine.
import { expect, test } from 'vitest'
import { toDocumentParts } from '#rufer/bench/report/document.ts'
import type { Judgement, Summary } from '#rufer/bench/report/summary.ts'
import { toComparison, toHeading, toText } from '#rufer/bench/report/text.ts'

const anAim = (overrides: Partial<Judgement> = {}): Judgement => ({
  name: 'closed-to-ws',
  what: 'messages/s to those of the relay',
  unit: 'ratio',
  bound: 'least',
  wanted: 0.5,
  measured: 0.499,
  from: 0.4,
  to: 0.6,
  holds: false,
  ...overrides,
})

const aSummary = (overrides: Partial<Summary> = {}): Summary => ({
  date: '2026-11-28T12:00:00.000Z',
  machine: { processor: 'Fast', cores: 2, system: 'Linux' },
  versions: { Node: '26.10.0' },
  extent: { rounds: 5, connections: 10_000 },
  skipped: [],
  othersCpu: 0.02,
  tables: [
    {
      name: 'closed',
      title: 'Closed loop',
      columns: [
        { key: 'perSecond', head: 'messages/s', unit: 'count' },
        { key: 'replyP99', head: 'p99', unit: 'ms' },
        { key: 'serverCpu', head: 'server CPU', unit: 'share' },
        { key: 'databaseCpu', head: 'mongod CPU', unit: 'share' },
      ],
      rows: [
        { name: 'ws', title: 'relay', figures: { perSecond: 10_000, replyP99: 2, serverCpu: 0.5 } },
        { name: 'embedded', title: 'Rufer', figures: { perSecond: 4_990, replyP99: 5, serverCpu: null } },
      ],
      ratios: [
        { name: 'embedded/ws', title: 'Rufer to relay', figures: { perSecond: 0.499, replyP99: 2.5 } },
      ],
    },
  ],
  aims: [anAim()],
  ...overrides,
})

test('a table has a row a side and one a ratio, which is rounded down, and no column that nobody fills', () => {
  expect(toText(aSummary()).split('\n').slice(0, 5)).toEqual([
    'Closed loop',
    '                   messages/s       p99   server CPU',
    '  relay                10,000   2.00 ms         50 %',
    '  Rufer                 4,990   5.00 ms          n/a',
    '  Rufer to relay        0.49x     2.50x',
  ])
})

test('an aim is told with its bound, how far the rounds went, and whether it holds', () => {
  expect(toText(aSummary())).toMatch(/relay +at least 0\.50x +0\.49x \(0\.40x to 0\.60x\) +missed$/m)
  const time = anAim({ unit: 'ms', bound: 'most', wanted: 3, measured: 2, from: 1, to: 4, holds: true })
  expect(toText(aSummary({ aims: [time] }))).toMatch(
    /at most 3\.00 ms +2\.00 ms \(1\.00 ms to 4\.00 ms\) +holds$/m,
  )
})

test('a busy machine is said to be, a quiet one is not, and one that does not tell is passed over', () => {
  expect(toText(aSummary({ othersCpu: 0.05 }))).toMatch(
    /^other programs meanwhile: 5 % of a core on average$/m,
  )
  expect(toText(aSummary({ othersCpu: 1.2 }))).toMatch(/ 120 % of a core on average; the machine was busy/)
  expect(toText(aSummary({ othersCpu: null }))).not.toContain('other programs')
})

test('what was skipped is named, with why', () => {
  const summary = aSummary({ skipped: ['Rufer on MongoDB, 1 process: unable to find a mongod'] })
  expect(toText(summary)).toMatch(/^skipped: Rufer on MongoDB, 1 process: unable to find a mongod$/m)
  expect(toDocumentParts(summary)['run']).toContain('Skipped: Rufer on MongoDB')
})

test('a quick run has its aims beside the recorded ones, and judges none', () => {
  const now = aSummary({ aims: [anAim(), anAim({ name: 'new', what: 'a new one' })] })
  const recorded = aSummary({ aims: [anAim({ measured: 0.7, from: 0.6, to: 0.8 })] })
  const comparison = toComparison(now, recorded)
  expect(comparison).toMatch(/^Beside what was recorded on 2026-11-28$/m)
  expect(comparison).toMatch(
    /relay +at least 0\.50x +0\.49x \(0\.40x to 0\.60x\) +0\.70x \(0\.60x to 0\.80x\)$/m,
  )
  expect(comparison).toMatch(/a new one .* none$/m)
  expect(comparison).not.toMatch(/holds|missed/)
})

test('the heading says when, on what and how much', () => {
  expect(toHeading(aSummary())).toMatch(
    /2026-11-28T12:00:00.000Z, 2 × Fast, Linux\nNode 26.10.0\nmedians of rounds 5, connections 10,000;/,
  )
})

test('the document has the same tables, and missed aims stand out', () => {
  const { run, aims, tables } = toDocumentParts(aSummary({ othersCpu: 1 }))
  expect(run).toContain('2026-11-28, 2 cores of Fast, Linux; Node 26.10.0.')
  expect(run).toContain('**Other programs took 100 % of a core meanwhile')
  expect(aims).toContain('| at least 0.50x | 0.49x (0.40x to 0.60x) | **missed** |')
  expect(tables).toContain(
    '### Closed loop\n\n|  | messages/s | p99 | server CPU |\n| --- | --- | --- | --- |\n',
  )
  expect(tables).toContain('| Rufer | 4,990 | 5.00 ms | n/a |\n| Rufer to relay | 0.49x | 2.50x |  |')
})
