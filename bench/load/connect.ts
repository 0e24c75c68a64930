// The load of connections: very many that do nothing.
import type { Figures } from '#rufer/bench/figures.ts'
import { mapInParallel } from '#rufer/bench/in-parallel.ts'
import { settledMemoryOf } from './memory.ts'
import { startMeter, type Served } from './meter.ts'
import { openWire, type Seat } from './wire.ts'

export interface ConnectOrder extends Served {
  job: 'connect'
  seats: Seat[]
}

/** How many come in a second, and what memory each takes, once a tenth of them is there. */
export async function connect(order: ConnectOrder): Promise<Figures> {
  const { seats, pids } = order
  // what the first ones make is not for each
  const first = Math.ceil(seats.length / 10)
  const rest = seats.slice(first)
  await mapInParallel(seats.slice(0, first), open)
  const before = await memoryOf(pids)
  const stopMeter = startMeter(order)
  const begin = performance.now()
  await mapInParallel(rest, open)
  const perSecond = (rest.length * 1000) / (performance.now() - begin)
  const usage = stopMeter()
  const after = await memoryOf(pids)
  const grown = before === null || after === null ? null : after - before
  return { perSecond, kilobytes: grown === null ? null : grown / rest.length / 1024, ...usage }
}

// --- Internal helpers ---

async function open(seat: Seat): Promise<void> {
  await openWire(seat).opened
}

async function memoryOf(pids: number[]): Promise<number | null> {
  const sizes = await Promise.all(pids.map(settledMemoryOf))
  return sizes.reduce((sum, size) => (sum === null || size === null ? null : sum + size), 0)
}
