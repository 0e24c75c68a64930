// The report of a disturbance: medians, ratios of the rounds, and what is said of what is promised.
import { expect, test } from 'vitest'
import { makeReport, type Figures, type Round } from '#rufer/bench/disturbance/report.ts'

const figures = (p99: number): Figures => ({
  onsetMs: { p50: 1, p99: 30 },
  replyMs: { p50: 1, p99 },
  deliveryMs: { p50: 2, p99: 10 },
  memory: 104_857_600,
  slowCommits: p99 - 10,
})

/** In which nobody is disturbed but as told. */
const round = (disturbed: Partial<Round>): Round => ({
  alone: figures(10),
  'silent ones': figures(10),
  floods: figures(10),
  both: figures(10),
  ...disturbed,
})

test('ratios are medians of the rounds, and each p99 is held against its double', () => {
  const rounds = [8, 20, 21].map((p99) => round({ floods: figures(p99) }))
  const lines = makeReport(rounds, { 'rufer_dropped_total{reason="connection-silent"}': 7 }).split('\n')
  expect(lines).toContain(
    '  alone             30.00 ms       1.00 ms      10.00 ms       2.00 ms      10.00 ms        100 MB             0',
  )
  expect(lines).toContain(
    '  floods            30.00 ms       1.00 ms      20.00 ms       2.00 ms      10.00 ms        100 MB            10',
  )
  expect(lines).toContain('  beside floods, p99 of the reply: 2.00x, at most 2x is promised: holds')
  expect(lines).toContain('  beside both, p99 of the delivery: 1.00x, at most 2x is promised: holds')
  expect(lines[lines.indexOf(lines.find((line) => line.includes('floods')) ?? '') + 1]).not.toContain(
    'Infinity',
  )
  expect(lines).toContain('cut because they did not read (4408): 7')
  expect(lines).toContain('cut because they flooded (4429): 0')
})

test('more than the double is said to be missed, and what is unknown to be unknown', () => {
  const report = makeReport([round({ both: { ...figures(20.1), memory: NaN } })], {})
  expect(report).toContain('beside both, p99 of the reply: 2.01x, at most 2x is promised: missed')
  expect(report).toContain('unknown')
})
