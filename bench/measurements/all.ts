// Every measurement, in the order in which they are taken.
import { committedRows } from './committed-rows.ts'
import type { Measurement } from './measurement.ts'
import { closedLoop, openLoops } from './messages.ts'
import { bareTransactions, writeToEvent } from './mongod-alone.ts'

export const measurements: readonly Measurement[] = [
  closedLoop,
  ...openLoops,
  committedRows,
  bareTransactions,
  writeToEvent,
]
