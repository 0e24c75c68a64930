// Every measurement, in the order in which they are taken.
import { committedRows } from './committed-rows.ts'
import { idleConnections } from './connections.ts'
import { presenceFanOut } from './fan-out.ts'
import type { Measurement } from './measurement.ts'
import { closedLoop, openLoops } from './messages.ts'
import { bareTransactions, writeToEvent } from './mongod-alone.ts'
import { conversationList, longHistory } from './reading.ts'
import { startUp } from './start-up.ts'

export const measurements: readonly Measurement[] = [
  closedLoop,
  ...openLoops,
  committedRows,
  bareTransactions,
  writeToEvent,
  presenceFanOut,
  idleConnections,
  conversationList,
  longHistory,
  startUp,
]
