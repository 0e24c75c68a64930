// Rufer's production build as a side: one process on the embedded engine, or some on a replica set of their own.
import { mapInParallel } from '#rufer/bench/in-parallel.ts'
import type { Seat } from '#rufer/bench/load/wire.ts'
import { limits } from '#rufer/shared/protocol/limits.ts'
import { issueToken, register } from '#rufer/tests/helpers/api.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { startMongo } from './mongod.ts'
import { pidOf, type Side } from './side.ts'

/** On the embedded engine, in a data folder that goes with it unless one is given. */
export async function startEmbedded(dataDir?: string): Promise<Side> {
  const server = await startProcess(dataDir === undefined ? {} : { RUFER_DATA_DIR: dataDir })
  return { ...toSide([server]), [Symbol.asyncDispose]: () => server.stop() }
}

/** Every such side has a mongod of its own: the stream of one that waits would cost those that are measured. */
export async function startOnMongo(processes: number): Promise<Side> {
  await using started = new AsyncDisposableStack()
  const { pid, uri } = started.use(await startMongo())
  const servers = await Promise.all(
    Array.from({ length: processes }, () => startProcess({ MONGODB_URI: uri })),
  )
  for (const server of servers) started.defer(() => server.stop())
  const kept = started.move()
  return {
    ...toSide(servers),
    database: { pid, uri },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** The production build with every limit off that can be. */
export function startProcess(env: Record<string, string> = {}): Promise<TestServer> {
  return startServer({ processes: 1, env: { ...LIMITS_OFF, RUFER_LOG_LEVEL: 'warn', ...env } })
}

/** Where a user connects, once. */
export async function takeSeat(server: TestServer, userId: string): Promise<Seat> {
  const token = await issueToken(server, userId)
  return { userId, url: `${server.wsUrl}/ws`, protocols: ['rufer.v1', `rufer.token.${token}`] }
}

// --- Internal helpers ---

/** Rates and counts can be off; sizes cannot, and nobody here comes near them. */
const LIMITS_OFF = Object.fromEntries(
  Object.values(limits).flatMap(({ setting, least }) => (least === 0 ? [[setting, '0']] : [])),
)

function toSide(servers: TestServer[]): Omit<Side, keyof AsyncDisposable> {
  const known = new Set<string>()
  const serverOf = (turn: number) => {
    const server = servers[turn % servers.length]
    if (!server) throw new Error('unable to start Rufer; it has no processes')
    return server
  }
  return {
    pids: servers.map((server) => pidOf(server.process)),
    async enrol(userIds) {
      const unknown = userIds.filter((userId) => !known.has(userId))
      await mapInParallel(unknown, async (userId) => {
        await register(serverOf(0), userId)
        known.add(userId)
      })
    },
    takeSeat: ({ userId, turn }) => takeSeat(serverOf(turn), userId),
  }
}
