// What a mongod does for a client that does nothing else: the yardsticks for what Rufer adds on MongoDB.
import { startMeter } from '#rufer/bench/load/meter.ts'
import { openGroupedTransactions } from '#rufer/bench/mongo/grouped-transactions.ts'
import { measureWriteToEvent } from '#rufer/bench/mongo/write-to-event.ts'
import { CPUS, inTurn, type Measurement } from './measurement.ts'

/** As many messages in a transaction as Rufer had in the closed loop of the same round. */
export const bareTransactions: Measurement = {
  name: 'transactions',
  title: 'Bare transactions: the documents of messages, written by one client',
  columns: [
    { key: 'perSecond', head: 'messages/s', unit: 'count' },
    { key: 'group', head: 'in each', unit: 'count' },
    { key: 'transactionP50', head: 'p50', unit: 'ms' },
    { key: 'transactionP99', head: 'p99', unit: 'ms' },
    ...CPUS,
  ],
  rows: { mongod: 'mongod' },
  ratios: [],
  needsMongod: true,
  async begin({ kept, mongo, extent: { pairs, seconds } }) {
    const transactions = kept.use(await openGroupedTransactions(await mongo(), pairs))
    return ({ closed }) =>
      inTurn(['mongod'], () => {
        const group = Math.max(1, Math.round(closed?.['mongo-1']?.['group'] ?? USUAL_GROUP))
        return transactions.measure(group, seconds)
      })
  },
}

/** Rufer's store by itself. */
export const writeToEvent: Measurement = {
  name: 'write',
  title: "One write at a time: Rufer's store on MongoDB by itself",
  columns: [
    { key: 'committedP50', head: 'durable p50', unit: 'ms' },
    { key: 'committedP99', head: 'p99', unit: 'ms' },
    { key: 'eventP50', head: 'its event p50', unit: 'ms' },
    { key: 'eventP99', head: 'p99', unit: 'ms' },
    ...CPUS,
  ],
  rows: { store: 'store' },
  ratios: [],
  needsMongod: true,
  async begin({ mongo, extent }) {
    const { pid, uri } = await mongo()
    const seconds = Math.min(2, extent.seconds)
    return () =>
      inTurn(['store'], async () => {
        const stopMeter = startMeter({ pids: [], database: { pid, uri } })
        const figures = await measureWriteToEvent(uri, seconds)
        const { databaseCpu = null, othersCpu = null } = stopMeter()
        return { ...figures, databaseCpu, othersCpu }
      })
  },
}

// --- Internal helpers ---

/** Where no closed loop was measured. */
const USUAL_GROUP = 50
