// The report of a benchmark: medians of the rounds, and floors that are said to hold or to be missed.
import { expect, test } from 'vitest'
import type { Figures } from '#rufer/bench/generator.ts'
import { makeReport, type Outcome, type Round } from '#rufer/bench/report.ts'

function someFigures(overrides: Partial<Figures> = {}): Figures {
  return {
    perSecond: 1_000,
    replyMs: { p50: 1, p99: 2 },
    deliveryMs: { p50: 1, p99: 2 },
    afterReplyMs: { p50: 0, p99: 1 },
    serverCpu: 0.5,
    generatorCpu: 0.25,
    othersCpu: 0.01,
    ...overrides,
  }
}

const anOutcome = (closed: Partial<Figures>, open: Partial<Figures> = {}): Outcome => ({
  closed: someFigures(closed),
  open: someFigures(open),
})

/** A round in which Rufer takes so many messages a second where the relay takes 10,000, and has such a p99. */
const aRound = (perSecond: number, p99 = 2): Round => ({
  rufer: anOutcome({ perSecond }, { replyMs: { p50: 1, p99 }, deliveryMs: { p50: 1, p99: p99 + 0.5 } }),
  relay: anOutcome({ perSecond: 10_000 }, { replyMs: { p50: 1, p99: 2 }, deliveryMs: { p50: 1, p99: 2 } }),
  rowMs: { p50: 0.5, p99: 1 },
})

/** The same on both servers and in both scenarios. */
const aRoundOf = (figures: Partial<Figures>): Round => {
  const outcome = anOutcome(figures, figures)
  return { rufer: outcome, relay: outcome, rowMs: { p50: 1, p99: 1 } }
}

const lineOf = (report: string, begin: string) =>
  report.split('\n').find((line) => line.trimStart().startsWith(begin))

test('floors that hold are said to, with what was measured', () => {
  const report = makeReport([aRound(2_500, 4.5)], 1_000)
  expect(lineOf(report, 'closed loop, messages/s')).toMatch(/measured 0\.25x \(0\.25x to 0\.25x\): holds$/)
  expect(lineOf(report, 'open loop, reply p99')).toMatch(
    /2\.00 ms \+ 3 × 1\.00 ms of a row = 5\.00 ms; measured 4\.50 ms: holds$/,
  )
  expect(lineOf(report, 'open loop, delivery p99')).toMatch(/measured 5\.00 ms: holds$/)
})

test('floors that are missed are said to be', () => {
  const report = makeReport([aRound(2_499, 5.1)], 1_000)
  expect(lineOf(report, 'closed loop, messages/s')).toMatch(/measured 0\.24x \(0\.24x to 0\.24x\): missed$/)
  expect(lineOf(report, 'open loop, reply p99')).toMatch(/measured 5\.10 ms: missed$/)
  expect(lineOf(report, 'open loop, delivery p99')).toMatch(/measured 5\.60 ms: missed$/)
})

test('one bad round of three changes no figure', () => {
  const report = makeReport([aRound(4_000), aRound(10, 900), aRound(5_000, 3)], 1_000)
  expect(lineOf(report, 'Rufer')).toContain(' 4,000 ')
  expect(lineOf(report, 'ratio')).toContain(' 0.40x ')
  expect(lineOf(report, 'closed loop, messages/s')).toContain('measured 0.40x (0.00x to 0.50x): holds')
  expect(lineOf(report, 'open loop, reply p99')).toContain('measured 3.00 ms: holds')
})

test('a busy machine is said to be, a quiet one is not', () => {
  expect(lineOf(makeReport([aRoundOf({ othersCpu: 0.05 })], 1_000), 'other programs')).toMatch(
    / 5 % of a core on average$/,
  )
  expect(lineOf(makeReport([aRoundOf({ othersCpu: 1.2 })], 1_000), 'other programs')).toMatch(
    / 120 % of a core on average; the machine was busy/,
  )
})

test('where a system does not tell the CPU time of a server, the report says so', () => {
  const report = makeReport([aRoundOf({ serverCpu: null, othersCpu: null })], 1_000)
  expect(lineOf(report, 'Rufer')).toMatch(/ n\/a +25 %$/)
  expect(lineOf(report, 'other programs')).toBeUndefined()
})
