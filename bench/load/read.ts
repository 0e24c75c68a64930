// The load of reading: one user who asks for one page after the other.
import type { Figures } from '#rufer/bench/figures.ts'
import { toFigures } from '#rufer/bench/statistics.ts'
import { startMeter, type Served } from './meter.ts'
import { ask, openWire, type Seat, type Wire } from './wire.ts'

export interface ReadOrder extends Served {
  job: 'read'
  seat: Seat
  /** by the name of their figures; all of one are answered before the next */
  requests: Record<string, Requests>
}

export interface Requests {
  method: string
  /** of one request after the other */
  params: object[]
  /** Each asks for what follows the page before, and from the beginning after the last. */
  isWalk?: boolean
}

/** How long each request takes. */
export async function read(order: ReadOrder): Promise<Figures> {
  const wire = openWire(order.seat)
  await wire.opened
  const all = Object.entries(order.requests)
  // warm code and a warm cache before anything counts
  await Array.fromAsync(all, ([, requests]) => answer(wire, requests))
  const stopMeter = startMeter(order)
  const figures = await Array.fromAsync(all, async ([name, requests]) =>
    toFigures(name, await answer(wire, requests)),
  )
  return Object.assign({}, ...figures, stopMeter())
}

// --- Internal helpers ---

function answer(wire: Wire, { method, params, isWalk }: Requests): Promise<number[]> {
  let cursor: string | null | undefined
  return Array.fromAsync(params, async (each) => {
    const begin = performance.now()
    const result = await ask(wire, method, isWalk && cursor ? { ...each, cursor } : each)
    cursor = result.nextCursor
    return performance.now() - begin
  })
}
