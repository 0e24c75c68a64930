// What a measurement is: the rows and columns of its table, and how a round of it is taken.
import type { Figures, Round } from '#rufer/bench/figures.ts'
import { sides, type SideName } from '#rufer/bench/sides/sides.ts'
import type { Side } from '#rufer/bench/sides/side.ts'
import type { Stage } from '#rufer/bench/stage.ts'
import type { Column } from '#rufer/bench/report/summary.ts'

export interface Measurement {
  /** as it is asked for */
  name: string
  title: string
  columns: Column[]
  /** row → what it is called; which of them there are is for the stage to say */
  rows: Record<string, string>
  /** a row held against another, where there are both */
  ratios: [of: string, to: string][]
  needsMongod?: boolean
  /** Sets up what lasts for all rounds. */
  begin: (stage: Stage) => Promise<TakeRound>
}

/** Gets what was measured in this round before. */
type TakeRound = (soFar: Round) => Promise<Record<string, Figures>>

/** Every side is a row. */
export const SIDE_ROWS: Record<string, string> = Object.fromEntries(
  Object.entries(sides).map(([name, { title }]) => [name, title]),
)

export const SIDE_RATIOS: [string, string][] = [
  ['embedded', 'ws'],
  ['embedded', 'socket-io'],
  ['mongo-1', 'embedded'],
  ['mongo-2', 'mongo-1'],
]

export const CPUS: Column[] = [
  { key: 'serverCpu', head: 'server CPU', unit: 'share' },
  { key: 'databaseCpu', head: 'mongod CPU', unit: 'share' },
  { key: 'generatorCpu', head: 'load CPU', unit: 'share' },
]

/** Measures one after the other. */
export async function inTurn<Name extends string>(
  names: readonly Name[],
  measure: (name: Name) => Promise<Figures>,
): Promise<Record<string, Figures>> {
  return Object.fromEntries(
    await Array.fromAsync(names, async (name) => [name, await measure(name)] as const),
  )
}

/** Measures all sides that take part, of those named, one after the other. */
export async function bySide(
  { names, side }: Stage,
  measure: (side: Side, name: SideName) => Promise<Figures>,
): Promise<() => Promise<Record<string, Figures>>> {
  // all are up before the first is measured
  await Array.fromAsync(names, side)
  return () => inTurn(names, async (name) => measure(await side(name), name))
}
