// The report of MongoDB: every server beside the others, what bounds them, and whether each aim holds, in words.
import type { Figures } from '#rufer/bench/generator.ts'
import { median, type Spread } from '#rufer/bench/statistics.ts'
import {
  makeTable,
  divide,
  tellOthers,
  toCount,
  toCpu,
  toMeasured,
  toMs,
  toRatio,
  toVerdict,
} from '#rufer/bench/table.ts'
import type { BareFigures } from './grouped-transactions.ts'
import type { WriteFigures } from './write-to-event.ts'

interface Outcome {
  closed: Figures
  /** open loops: the rate of the embedded engine's run, and one at which nothing queues */
  open: Figures
  calm: Figures
}

type Server = keyof typeof NAMES
type Scenario = keyof Outcome

/** One round: every server, one after the other, and a mongod by itself. */
export interface MongoRound extends Record<Server, Outcome> {
  bare: BareFigures
  write: WriteFigures
}

/** Every figure is the median of the rounds; a ratio is the median of the ratios that the rounds had. */
export function makeMongoReport(rounds: MongoRound[], rates: { open: number; calm: number }): string {
  const figures = rounds.flatMap(({ relay, embedded, one, two }) => [relay, embedded, one, two].flatMap(all))
  return [
    'closed loop: every pair has one message under way',
    ...compare(rounds, 'closed'),
    '',
    introduce(rates.open),
    ...compare(rounds, 'open'),
    '',
    introduce(rates.calm),
    ...compare(rounds, 'calm'),
    '',
    tellBare(rounds),
    tellAcross(rounds, rates.calm),
    tellWrite(rounds),
    ...tellOthers(figures),
    '',
    'aims',
    ...judgeThroughput(rounds),
    judgeTime({
      what: `${toCount(rates.calm)}/s, from one process to the other, p50 after the commit`,
      measured: medianOf(afterCommit(rounds)).p50,
      most: ACROSS_AIM_MS,
    }),
    judgeTime({
      what: 'one write at a time, its event, p50 after the write began',
      measured: medianOf(rounds.map(({ write }) => write.eventMs)).p50,
      most: EVENT_AIM_MS,
    }),
  ].join('\n')
}

// --- Internal helpers ---

/** Of what the mongod takes of bare transactions. */
const THROUGHPUT_AIM = 0.5
/** Two processes carry at least what one does. */
const SECOND_PROCESS_AIM = 1
const ACROSS_AIM_MS = 3
/** About 3 ms. */
const EVENT_AIM_MS = 3.5

const NAMES = {
  relay: 'bare relay',
  embedded: 'embedded',
  one: 'MongoDB, 1 process',
  two: 'MongoDB, 2 processes',
} as const

function all({ closed, open, calm }: Outcome) {
  return [closed, open, calm]
}

function of(rounds: MongoRound[], server: Server, scenario: Scenario): Figures[] {
  return rounds.map((round) => round[server][scenario])
}

function introduce(rate: number) {
  return `open loop: ${toCount(rate)} messages/s over all pairs, latency from the scheduled instant`
}

function compare(rounds: MongoRound[], scenario: Scenario): string[] {
  const row = (server: Server) => ({ name: NAMES[server], figures: of(rounds, server, scenario) })
  const ratio = (name: string, one: Server, other: Server) => ({
    name,
    of: of(rounds, one, scenario),
    to: of(rounds, other, scenario),
  })
  return makeTable(
    [row('relay'), row('embedded'), row('one'), row('two')],
    [
      ratio('1 process to relay', 'one', 'relay'),
      ratio('1 process to embedded', 'one', 'embedded'),
      ratio('2 processes to 1', 'two', 'one'),
    ],
  )
}

function tellBare(rounds: MongoRound[]) {
  const bare = rounds.map((round) => round.bare)
  const group = median(bare.map((figures) => figures.group))
  const perSecond = toCount(median(bare.map((figures) => figures.perSecond)))
  const { p50, p99 } = medianOf(bare.map(({ transactionMs }) => transactionMs))
  const client = toCpu(bare.map(({ clientCpu }) => clientCpu))
  const database = toCpu(bare.map(({ databaseCpu }) => databaseCpu))
  return `bare transactions of ${toCount(group)} messages each, as in the closed loop of 1 process: ${perSecond} messages/s, a transaction p50 ${toMs(p50)}, p99 ${toMs(p99)}, client CPU ${client}, mongod CPU ${database}`
}

function tellAcross(rounds: MongoRound[], rate: number) {
  const reply = medianOf(of(rounds, 'two', 'calm').map(({ afterReplyMs }) => afterReplyMs))
  const commit = medianOf(afterCommit(rounds))
  return `from one process to the other at ${toCount(rate)}/s: delivered after the commit p50 ${toMs(commit.p50)}, p99 ${toMs(commit.p99)}; after the reply p50 ${toMs(reply.p50)}, p99 ${toMs(reply.p99)}`
}

function tellWrite(rounds: MongoRound[]) {
  const committed = medianOf(rounds.map(({ write }) => write.committedMs))
  const event = medianOf(rounds.map(({ write }) => write.eventMs))
  return `one write at a time, the store alone: durable after p50 ${toMs(committed.p50)}, p99 ${toMs(committed.p99)}; its event after p50 ${toMs(event.p50)}, p99 ${toMs(event.p99)}`
}

function judgeThroughput(rounds: MongoRound[]): string[] {
  const one = rounds.map((round) => round.one.closed.perSecond)
  const two = rounds.map((round) => round.two.closed.perSecond)
  const bare = rounds.map((round) => round.bare.perSecond)
  const ofBare = { least: THROUGHPUT_AIM, unit: 'of the bare transactions' }
  return [
    judgeRatio({ what: '1 process', ratios: divide(one, bare), ...ofBare }),
    judgeRatio({ what: '2 processes', ratios: divide(two, bare), ...ofBare }),
    judgeRatio({
      what: '2 processes',
      ratios: divide(two, one),
      least: SECOND_PROCESS_AIM,
      unit: 'of what 1 process carries',
    }),
  ]
}

function judgeRatio(aim: { what: string; ratios: number[]; least: number; unit: string }) {
  const { what, ratios, least, unit } = aim
  return `  closed loop, messages/s of ${what}: at least ${toRatio(least)} ${unit}; measured ${toMeasured(ratios)}: ${toVerdict(median(ratios) >= least)}`
}

function judgeTime({ what, measured, most }: { what: string; measured: number; most: number }) {
  return `  ${what}: at most ${toMs(most)}; measured ${toMs(measured)}: ${toVerdict(measured <= most)}`
}

function afterCommit(rounds: MongoRound[]): Spread[] {
  return of(rounds, 'two', 'calm').flatMap(({ database }) => database?.afterCommitMs ?? [])
}

function medianOf(spreads: Spread[]): Spread {
  return { p50: median(spreads.map(({ p50 }) => p50)), p99: median(spreads.map(({ p99 }) => p99)) }
}
