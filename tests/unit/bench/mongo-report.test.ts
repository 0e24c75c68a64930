// The report of MongoDB: medians of the rounds, and aims that are said to hold or to be missed.
import { expect, test } from 'vitest'
import type { Figures } from '#rufer/bench/generator.ts'
import { makeMongoReport, type MongoRound } from '#rufer/bench/mongo/report.ts'

interface Measured {
  one: number
  two: number
  /** p50 in ms */
  afterCommit: number
  event: number
}

const RATES = { open: 1_000, calm: 200 }

function someFigures(perSecond: number, afterCommit?: number): Figures {
  const ms = { p50: 1, p99: 2 }
  const figures = { perSecond, replyMs: ms, deliveryMs: ms, afterReplyMs: ms }
  const cpu = { serverCpu: 0.5, generatorCpu: 0.25, othersCpu: 0.01 }
  if (afterCommit === undefined) return { ...figures, ...cpu }
  return {
    ...figures,
    ...cpu,
    database: { cpu: 0.75, group: 40, afterCommitMs: { p50: afterCommit, p99: 9 } },
  }
}

const outcome = (figures: Figures) => ({ closed: figures, open: figures, calm: figures })

/** A round in which the mongod takes 8,000 messages a second in bare transactions. */
function aRound({ one, two, afterCommit, event }: Measured): MongoRound {
  return {
    relay: outcome(someFigures(10_000)),
    embedded: outcome(someFigures(8_000)),
    one: outcome(someFigures(one, 0)),
    two: outcome(someFigures(two, afterCommit)),
    bare: {
      perSecond: 8_000,
      group: 40,
      transactionMs: { p50: 5, p99: 9 },
      clientCpu: 0.4,
      databaseCpu: null,
    },
    write: { committedMs: { p50: 2, p99: 5 }, eventMs: { p50: event, p99: 6 } },
  }
}

const aimsOf = (report: string) =>
  [...report.matchAll(/measured (.*): (holds|missed)$/gm)].map(
    ([, measured, verdict]) => `${measured} ${verdict}`,
  )

test('aims that hold are said to, with what was measured', () => {
  const report = makeMongoReport([aRound({ one: 4_000, two: 4_000, afterCommit: 3, event: 3.5 })], RATES)
  expect(aimsOf(report)).toEqual([
    '0.50x (0.50x to 0.50x) holds',
    '0.50x (0.50x to 0.50x) holds',
    '1.00x (1.00x to 1.00x) holds',
    '3.00 ms holds',
    '3.50 ms holds',
  ])
})

test('aims that are missed are said to be', () => {
  const report = makeMongoReport([aRound({ one: 3_999, two: 3_990, afterCommit: 3.1, event: 3.6 })], RATES)
  expect(aimsOf(report)).toEqual([
    '0.49x (0.49x to 0.49x) missed',
    '0.49x (0.49x to 0.49x) missed',
    '0.99x (0.99x to 0.99x) missed',
    '3.10 ms missed',
    '3.60 ms missed',
  ])
})

test('one bad round of three changes no aim', () => {
  const good = aRound({ one: 4_000, two: 5_000, afterCommit: 2, event: 3 })
  const report = makeMongoReport([good, aRound({ one: 10, two: 5, afterCommit: 90, event: 90 }), good], RATES)
  expect(aimsOf(report).join()).not.toContain('missed')
})

test('every server has a row in every scenario, with the CPU of its mongod where it has one', () => {
  const report = makeMongoReport([aRound({ one: 4_000, two: 5_000, afterCommit: 2, event: 3 })], RATES)
  const cells = /^ {2}(\S.*?) +([\d,]+)(?: +[\d.]+ ms){4} +50 % +(n\/a|\d+ %) +25 %$/gm
  const rows = [...report.matchAll(cells)].map(([, ...row]) => row)
  const once = [
    ['bare relay', '10,000', 'n/a'],
    ['embedded', '8,000', 'n/a'],
    ['MongoDB, 1 process', '4,000', '75 %'],
    ['MongoDB, 2 processes', '5,000', '75 %'],
  ]
  expect(rows).toEqual([...once, ...once, ...once])
  expect(report).toMatch(/^bare transactions of 40 messages each.* 8,000 messages\/s.*mongod CPU n\/a$/m)
})
