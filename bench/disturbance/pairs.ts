// The well-behaved pairs, a process of their own: connects those it is told of, and puts their load on the server as often as asked.
import { createInterface } from 'node:readline'
import { runOpenLoop } from '../load/loops.ts'
import { connectPair, type Seats } from '../load/pair.ts'
import { spreadOf } from '../statistics.ts'
import type { Figures } from './report.ts'

/** The first line of its input. */
export interface Assignment {
  seats: Seats[]
  /** over all pairs */
  perSecond: number
}

export type Latencies = Pick<Figures, 'replyMs' | 'deliveryMs'>

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const { seats, perSecond }: Assignment = JSON.parse(String((await lines.next()).value))
const pairs = await Promise.all(seats.map(connectPair))
// every further line is for how many seconds
for await (const line of lines) {
  const { replyMs, deliveryMs } = await runOpenLoop(pairs, { seconds: Number(line), perSecond })
  const latencies: Latencies = { replyMs: spreadOf(replyMs), deliveryMs: spreadOf(deliveryMs) }
  process.stdout.write(`${JSON.stringify(latencies)}\n`)
}
// the sockets are simply dropped
process.exit()
