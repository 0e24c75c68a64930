// What npm run bench is asked for.
import { parseArgs } from 'node:util'

export interface Options extends Extent {
  /** embedded: that engine beside the relay; mongo: that one beside both; scaling: the figures of docs/scaling.md */
  plan: 'embedded' | 'mongo' | 'scaling'
  /** makes the production build before */
  build: boolean
}

export interface Extent {
  pairs: number
  rounds: number
  /** of each scenario on each server in each round */
  seconds: number
  /** that are read from the stream at once */
  events: number
  /** that are stored to see what they take */
  messages: number
  /** that do nothing */
  connections: number
}

/** @throws Error that says what can be asked for */
export function readOptions(): Options {
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      engine: { type: 'string', default: 'embedded' },
      scaling: { type: 'boolean', default: false },
      build: { type: 'boolean', default: true },
      ...counts,
      seconds: { type: 'string', default: '5' },
    },
  })
  const { engine, scaling, build } = values
  if (engine !== 'embedded' && engine !== 'mongo') throw new Error(USAGE)
  const seconds = Number(values.seconds)
  if (!(seconds > 0)) throw new Error(USAGE)
  return {
    plan: scaling ? 'scaling' : engine,
    build,
    seconds,
    pairs: toCount(values.pairs),
    rounds: toCount(values.rounds),
    events: toCount(values.events),
    messages: toCount(values.messages),
    connections: toCount(values.connections),
  }
}

// --- Internal helpers ---

const USAGE = `usage: npm run bench -- [--engine mongo] [--pairs 100] [--rounds 5] [--seconds 5] [--no-build]
       npm run bench -- --scaling [--events 30000] [--messages 20000] [--connections 5000] [--no-build]`

const counts = {
  pairs: { type: 'string', default: '100' },
  rounds: { type: 'string', default: '5' },
  events: { type: 'string', default: '30000' },
  messages: { type: 'string', default: '20000' },
  connections: { type: 'string', default: '5000' },
} as const

function toCount(value: string) {
  const count = Number(value)
  if (!Number.isInteger(count) || count < 1) throw new Error(USAGE)
  return count
}
