// The stage of a run: the sides that take part, each started once, and what else lasts until the end.
import { sides, type SideName } from './sides/sides.ts'
import { startMongo, type Mongo } from './sides/mongod.ts'
import type { Side } from './sides/side.ts'
import type { Extent } from './extent.ts'

export interface Stage extends AsyncDisposable {
  extent: Extent
  /** that take part */
  names: SideName[]
  /** Started when it is first asked for. */
  side: (name: SideName) => Promise<Side>
  /** A mongod that no side has, started when it is first asked for. */
  mongo: () => Promise<Mongo>
  /** Ends with the run, the last one first. */
  kept: AsyncDisposableStack
}

export function openStage(extent: Extent, names: SideName[]): Stage {
  const kept = new AsyncDisposableStack()
  // every server ends with this process, and there are more than a few
  process.setMaxListeners(MOST_PROCESSES)
  const started = new Map<SideName, Promise<Side>>()

  let mongo: Promise<Mongo> | undefined

  async function start(name: SideName) {
    return kept.use(await sides[name].start())
  }

  return {
    extent,
    names,
    kept,
    side(name) {
      const side = started.get(name) ?? start(name)
      started.set(name, side)
      return side
    },
    mongo: () => (mongo ??= startMongo().then((set) => kept.use(set))),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

// --- Internal helpers ---

const MOST_PROCESSES = 100
