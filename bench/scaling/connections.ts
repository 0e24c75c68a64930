// Connections: what one that does nothing takes of a process, beside what it takes of the bare relay.
import { once } from 'node:events'
import mongoose from 'mongoose'
import type { WebSocket } from 'ws'
import { inParallel } from '#rufer/bench/in-parallel.ts'
import { settledMemoryOf } from '#rufer/bench/load/memory.ts'
import { openSocket, type Seat } from '#rufer/bench/load/wire.ts'
import { startMongo } from '#rufer/bench/sides/mongod.ts'
import { startWsRelay } from '#rufer/bench/sides/relay.ts'
import { startProcess, takeSeat } from '#rufer/bench/sides/rufer.ts'
import { pidOf } from '#rufer/bench/sides/side.ts'
import { register } from '#rufer/tests/helpers/api.ts'

export interface HoldingFigures {
  connections: number
  /** of memory a connection; null where the system does not tell */
  bytes: number | null
  /** how many came in a second, tokens included */
  perSecond: number
}

export interface Holding {
  rufer: HoldingFigures
  relay: HoldingFigures
  /** that a process has to mongod: at rest, and after many came at once */
  toDatabase: { atRest: number; after: number }
}

/** Connects users, each once, to Rufer on MongoDB and to the relay. */
export async function measureConnections(connections: number): Promise<Holding> {
  return { ...(await holdByRufer(connections)), relay: await holdByRelay(connections) }
}

// --- Internal helpers ---

const AT_ONCE = 50
/** So many connect before memory is first looked at: what the first ones make is not for each. */
const FIRST_SHARE = 0.1

interface Holder {
  pid: number
  connections: number
  seatOf: (index: number) => Promise<Seat>
}

async function holdByRufer(connections: number): Promise<Omit<Holding, 'relay'>> {
  await using started = new AsyncDisposableStack()
  const mongo = started.use(await startMongo())
  const client = new mongoose.mongo.MongoClient(mongo.uri)
  started.defer(() => client.close())
  const countLinks = async () => {
    const { connections: links } = await client.db('admin').command({ serverStatus: 1 })
    return Number(links.current)
  }
  const own = await countLinks()
  const server = await startProcess({ MONGODB_URI: mongo.uri })
  started.defer(() => server.stop())
  const atRest = (await countLinks()) - own
  await inParallel({ count: connections, atOnce: AT_ONCE }, (index) => register(server, nameUser(index)))
  const seatOf = (index: number) => takeSeat(server, nameUser(index))
  const rufer = await hold({ pid: pidOf(server.process), connections, seatOf })
  return { rufer, toDatabase: { atRest, after: (await countLinks()) - own } }
}

async function holdByRelay(connections: number): Promise<HoldingFigures> {
  await using relay = await startWsRelay()
  const [pid] = relay.pids
  return await hold({
    pid: pidOf({ pid }),
    connections,
    seatOf: (index) => relay.takeSeat({ userId: nameUser(index), room: `pair-${index >> 1}`, turn: 0 }),
  })
}

async function hold({ pid, connections, seatOf }: Holder): Promise<HoldingFigures> {
  const sockets: WebSocket[] = []
  const connectFrom = (first: number) => async (index: number) => {
    const socket = openSocket(await seatOf(first + index))
    sockets.push(socket)
    await once(socket, 'open')
  }
  try {
    const first = Math.ceil(connections * FIRST_SHARE)
    await inParallel({ count: first, atOnce: AT_ONCE }, connectFrom(0))
    const before = await settledMemoryOf(pid)
    const begin = performance.now()
    await inParallel({ count: connections - first, atOnce: AT_ONCE }, connectFrom(first))
    const perSecond = ((connections - first) * 1000) / (performance.now() - begin)
    const after = await settledMemoryOf(pid)
    const bytes = before === null || after === null ? null : (after - before) / (connections - first)
    return { connections, bytes, perSecond }
  } finally {
    for (const socket of sockets) socket.terminate()
  }
}

function nameUser(index: number) {
  return `user-${index}`
}
