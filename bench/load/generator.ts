// The load generator, a process of its own: takes an order on stdin, carries it out, writes figures to stdout.
import { text } from 'node:stream/consumers'
import { exchange, type ExchangeOrder } from './exchange.ts'

export type Order = ExchangeOrder

const order: Order = JSON.parse(await text(process.stdin))
const figures = await exchange(order)
// the sockets are simply dropped
process.stdout.write(JSON.stringify(figures), () => process.exit())
