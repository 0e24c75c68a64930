// What npm run bench is asked for.
import { parseArgs } from 'node:util'
import { isAimedAt } from './aims.ts'
import { FULL, QUICK, type Extent } from './extent.ts'
import { isSideName, SIDE_NAMES, type SideName } from './sides/sides.ts'

export type Options = { /** makes the production build before */ build: boolean } & (
  | BenchOptions
  | { plan: 'scaling'; extent: ScalingExtent }
)

export interface BenchOptions {
  plan: 'bench'
  extent: Extent
  sides: SideName[]
  /** of measurements; all of them where none are named */
  only: string[]
  /** of less, what aims are about, beside what was recorded */
  quick: boolean
  /** records what was measured, and writes docs/performance.md */
  write: boolean
}

/** What the figures of docs/scaling.md are taken from. */
export interface ScalingExtent {
  /** that are read from the stream at once */
  events: number
  /** that are stored to see what they take */
  messages: number
  /** that do nothing */
  connections: number
}

/** @throws Error that says what can be asked for */
export function readOptions(measurements: string[], args = process.argv.slice(2)): Options {
  const { values } = parseArgs({ args, allowNegative: true, options: OPTIONS })
  const { build, scaling, quick, write, only, sides, ...counts } = values
  if (scaling) return { build, plan: 'scaling', extent: toExtent(SCALING, counts) }
  const isPart = [only, sides].some((named) => named !== undefined) || quick
  if (write && isPart) throw new Error('unable to record a part of a run; leave out --only, --sides, --quick')
  return {
    build,
    plan: 'bench',
    extent: toExtent(quick ? QUICK : FULL, counts),
    sides: toNames(sides, SIDE_NAMES).filter(isSideName),
    only: toNames(only, measurements).filter((name) => !quick || only !== undefined || isAimedAt(name)),
    quick,
    write,
  }
}

// --- Internal helpers ---

const SCALING: ScalingExtent = { events: 30_000, messages: 20_000, connections: 5_000 }

const USAGE = `usage: npm run bench -- [--quick | --write] [--only <measurement,…>] [--sides <side,…>] [--no-build]
         ${toUsage(FULL)}
       npm run bench -- --scaling [--no-build]
         ${toUsage(SCALING)}`

const OPTIONS = {
  build: { type: 'boolean', default: true },
  scaling: { type: 'boolean', default: false },
  quick: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
  only: { type: 'string' },
  sides: { type: 'string' },
  ...toOptions(FULL),
  ...toOptions(SCALING),
} as const

function toUsage(extent: object) {
  return Object.entries(extent)
    .map(([name, standard]) => `[--${name} ${standard}]`)
    .join(' ')
}

function toOptions<Name extends string>(extent: Record<Name, number>) {
  const options: [string, { type: 'string' }][] = Object.keys(extent).map((name) => [
    name,
    { type: 'string' },
  ])
  return Object.fromEntries(options)
}

/** What is not asked for is as much as usual. */
function toExtent<E extends Record<keyof E, number>>(standard: E, wanted: Record<string, unknown>): E {
  const given = Object.entries(wanted).filter(([, value]) => value !== undefined)
  for (const [name, value] of given) {
    const isSound =
      name === 'seconds' ? Number(value) > 0 : Number.isInteger(Number(value)) && Number(value) > 0
    if (!isSound || !(name in standard)) throw new Error(USAGE)
  }
  return { ...standard, ...Object.fromEntries(given.map(([name, value]) => [name, Number(value)])) }
}

function toNames(list: string | undefined, known: string[]): string[] {
  if (list === undefined) return known
  const names = list.split(',')
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Error(`unable to measure ${unknown}; there are ${known.join(', ')}`)
  return known.filter((name) => names.includes(name))
}
