// A side: a server that is measured beside others, whatever it is.
import { mapInParallel } from '#rufer/bench/in-parallel.ts'
import type { Served } from '#rufer/bench/load/meter.ts'
import type { Seats } from '#rufer/bench/load/pair.ts'
import type { Seat } from '#rufer/bench/load/wire.ts'

/** Ends with the block that holds it. */
export interface Side extends Served, AsyncDisposable {
  /** Makes users known that are not yet. */
  enrol: (userIds: string[]) => Promise<void>
  /** where a user connects, once */
  takeSeat: (place: Place) => Promise<Seat>
}

export interface Place {
  userId: string
  /** what a relay knows those who belong together by */
  room: string
  /** Of several processes, which one: each has its turn. */
  turn: number
}

/** Where so many pairs connect, once; of several processes, the two of a pair are on different ones. */
export async function takePairs(side: Side, pairs: number): Promise<Seats[]> {
  const couples = Array.from({ length: pairs }, (_, pair) => ({
    room: `pair-${pair}`,
    one: `pair-${pair}-one`,
    other: `pair-${pair}-other`,
  }))
  await side.enrol(couples.flatMap(({ one, other }) => [one, other]))
  return mapInParallel(couples, ({ room, one, other }) =>
    Promise.all([
      side.takeSeat({ userId: one, room, turn: 0 }),
      side.takeSeat({ userId: other, room, turn: 1 }),
    ]),
  )
}

/** What a load is told of the side that it is put on. */
export function toServed({ pids, database }: Side): Served {
  return { pids, ...(database && { database }) }
}

export function pidOf({ pid }: { pid?: number | undefined }): number {
  if (pid === undefined) throw new Error('unable to start a server; it has no process')
  return pid
}
