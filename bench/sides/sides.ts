// The table of sides: what is measured beside one another.
import { startSocketIoRelay, startWsRelay } from './relay.ts'
import { startEmbedded, startOnMongo } from './rufer.ts'
import type { Side } from './side.ts'

interface SideEntry {
  title: string
  needsMongod: boolean
  start: () => Promise<Side>
}

/** In the order in which they are measured. */
export const sides = {
  ws: { title: 'bare ws relay', needsMongod: false, start: startWsRelay },
  'socket-io': { title: 'bare Socket.IO relay', needsMongod: false, start: startSocketIoRelay },
  embedded: { title: 'Rufer embedded', needsMongod: false, start: () => startEmbedded() },
  'mongo-1': { title: 'Rufer on MongoDB, 1 process', needsMongod: true, start: () => startOnMongo(1) },
  'mongo-2': { title: 'Rufer on MongoDB, 2 processes', needsMongod: true, start: () => startOnMongo(2) },
} as const satisfies Record<string, SideEntry>

export type SideName = keyof typeof sides

export const SIDE_NAMES = Object.keys(sides).filter(isSideName)

export function isSideName(name: string): name is SideName {
  return Object.hasOwn(sides, name)
}
