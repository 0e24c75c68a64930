// How long a server takes from its start until it takes connections.
import type { Figures } from '#rufer/bench/figures.ts'
import { startEmbedded, startProcess } from '#rufer/bench/sides/rufer.ts'
import { sides, type SideName } from '#rufer/bench/sides/sides.ts'
import type { Stage } from '#rufer/bench/stage.ts'
import { fillHistory, makeDataDir } from '#rufer/bench/store/fill.ts'
import { inTurn, type Measurement } from './measurement.ts'

export const startUp: Measurement = {
  name: 'start-up',
  title: 'From the start of the process until it is ready',
  columns: [{ key: 'ready', head: 'ready after', unit: 'ms' }],
  rows: {
    ws: sides.ws.title,
    'socket-io': sides['socket-io'].title,
    embedded: `${sides.embedded.title}, nothing stored`,
    full: `${sides.embedded.title}, the long history stored`,
    'mongo-1': `${sides['mongo-1'].title}, on a mongod that runs`,
  },
  ratios: [
    ['embedded', 'ws'],
    ['full', 'embedded'],
  ],
  async begin(stage) {
    const starts = await toStarts(stage)
    return () => inTurn(Object.keys(starts), (name) => time(starts[name]))
  },
}

// --- Internal helpers ---

type Start = () => Promise<AsyncDisposable>

async function toStarts({ names, kept, mongo, extent }: Stage): Promise<Record<string, Start>> {
  const starts: Record<string, Start> = {}
  for (const name of names.filter(isAlone)) starts[name] = sides[name].start
  if (names.includes('embedded')) {
    const dataDir = makeDataDir(kept)
    fillHistory(dataDir, extent.messages)
    starts['full'] = () => startEmbedded(dataDir)
  }
  if (names.includes('mongo-1')) {
    const { uri } = await mongo()
    starts['mongo-1'] = async () => {
      const server = await startProcess({ MONGODB_URI: uri })
      return { [Symbol.asyncDispose]: () => server.stop() }
    }
  }
  return starts
}

/** A mongod is no part of Rufer's start. */
function isAlone(name: SideName) {
  return !sides[name].needsMongod
}

async function time(start: Start | undefined): Promise<Figures> {
  const begin = performance.now()
  const started = await start?.()
  const ready = performance.now() - begin
  await started?.[Symbol.asyncDispose]()
  return { ready }
}
