// MongoDB, one process and two, beside the embedded engine, the bare relay and bare transactions, in alternating rounds.
import { putLoadOn } from '#rufer/bench/load.ts'
import type { Extent } from '#rufer/bench/options.ts'
import { takeRounds } from '#rufer/bench/rounds.ts'
import { startRelay, startRufer, startRuferOnMongo } from '#rufer/bench/sides.ts'
import { openGroupedTransactions } from './grouped-transactions.ts'
import { startMongo } from './mongod.ts'
import { makeMongoReport, type MongoRound } from './report.ts'
import { measureWriteToEvent } from './write-to-event.ts'

/** Every server on MongoDB has a mongod of its own: the stream of one that waits would cost those that are measured. @returns the report */
export async function measureMongo({ pairs, seconds, rounds }: Extent): Promise<string> {
  const scenarios = {
    closed: { seconds },
    open: { seconds, perSecond: RATES.open },
    calm: { seconds, perSecond: RATES.calm },
  }
  await using relay = await startRelay(pairs)
  await using embedded = await startRufer(pairs)
  await using one = await startRuferOnMongo(pairs, 1)
  await using two = await startRuferOnMongo(pairs, 2)
  await using bare = await startMongo()
  await using transactions = await openGroupedTransactions(bare, pairs)
  const taken = await takeRounds(rounds, async (): Promise<MongoRound> => {
    const outcomes = {
      relay: await putLoadOn(relay, scenarios),
      embedded: await putLoadOn(embedded, scenarios),
      one: await putLoadOn(one, scenarios),
      two: await putLoadOn(two, scenarios),
    }
    const group = Math.max(1, Math.round(outcomes.one.closed.database?.group ?? 1))
    return {
      ...outcomes,
      bare: await transactions.measure(group, seconds),
      write: await measureWriteToEvent(bare.uri, Math.min(2, seconds)),
    }
  })
  return makeMongoReport(taken, RATES)
}

// --- Internal helpers ---

/** Messages a second of the open loops. */
const RATES = { open: 1_000, calm: 200 }
