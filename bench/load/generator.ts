// The load generator, a process of its own: takes an order on stdin, carries it out, writes figures to stdout.
import { text } from 'node:stream/consumers'
import type { Figures } from '#rufer/bench/figures.ts'
import { connect, type ConnectOrder } from './connect.ts'
import { exchange, type ExchangeOrder } from './exchange.ts'
import { befriend, fanOut, type BefriendOrder, type FanOutOrder } from './fan-out.ts'
import { read, type ReadOrder } from './read.ts'

export type Order = ExchangeOrder | FanOutOrder | BefriendOrder | ConnectOrder | ReadOrder

const order: Order = JSON.parse(await text(process.stdin))
const figures = await carryOut(order)
// the sockets are simply dropped
process.stdout.write(JSON.stringify(figures), () => process.exit())

// --- Internal helpers ---

function carryOut(wanted: Order): Promise<Figures> {
  if (wanted.job === 'exchange') return exchange(wanted)
  if (wanted.job === 'fan-out') return fanOut(wanted)
  if (wanted.job === 'befriend') return befriend(wanted)
  if (wanted.job === 'connect') return connect(wanted)
  return read(wanted)
}
