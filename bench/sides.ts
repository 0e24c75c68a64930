// The servers that are measured beside one another: Rufer's production build, on either engine, and the bare relay.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { limits } from '#rufer/shared/protocol/limits.ts'
import { issueToken, register } from '#rufer/tests/helpers/api.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import type { DatabaseAddress } from './generator.ts'
import { startMongo } from './mongo/mongod.ts'
import type { Seat, Seats } from './pair.ts'

/** Ends with the block that holds it. */
export interface Side extends AsyncDisposable {
  /** one, or those of all processes of one server */
  pids: number[]
  database?: DatabaseAddress
  /** where the pairs connect, once */
  takeSeats: () => Promise<Seats[]>
}

/** The production build on the embedded engine, with users for so many pairs. */
export async function startRufer(pairs: number): Promise<Side> {
  const server = await startProcess()
  const couples = await registerCouples([server], pairs)
  return {
    pids: [pidOf(server.process)],
    takeSeats: () => takeSeats(couples, [server]),
    [Symbol.asyncDispose]: () => server.stop(),
  }
}

/**
 * The production build as so many processes on a replica set of their own, with users for so many pairs. Where there are
 * several processes, the two of a pair are on different ones.
 */
export async function startRuferOnMongo(pairs: number, processes: number): Promise<Side> {
  await using started = new AsyncDisposableStack()
  const database = started.use(await startMongo())
  const servers = await Promise.all(
    Array.from({ length: processes }, () => startProcess({ MONGODB_URI: database.uri })),
  )
  for (const server of servers) started.defer(() => server.stop())
  const couples = await registerCouples(servers, pairs)
  const kept = started.move()
  return {
    pids: servers.map((server) => pidOf(server.process)),
    database: { pid: database.pid, uri: database.uri },
    takeSeats: () => takeSeats(couples, servers),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** The bare relay, which knows the members of a conversation by the path they connect to. */
export async function startRelay(pairs: number): Promise<Side> {
  const relay = spawn(process.execPath, [join(import.meta.dirname, 'relay.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(relay, 'exit')
  const [address] = await once(relay.stdout, 'data')
  const { port }: { port: number } = JSON.parse(String(address))

  function toSeat(userId: string, pair: number): Seat {
    // as long as an id of Rufer's
    const conversationId = `conversation-${String(pair).padStart(9, '0')}`
    return { userId, url: `ws://127.0.0.1:${port}/${conversationId}/${userId}`, protocols: [] }
  }

  return {
    pids: [pidOf(relay)],
    async takeSeats() {
      return nameCouples(pairs).map(([one, other], pair) => [toSeat(one, pair), toSeat(other, pair)])
    },
    async [Symbol.asyncDispose]() {
      relay.stdin.end()
      await ended
    },
  }
}

/** The production build with every limit off that can be. */
export function startProcess(env: Record<string, string> = {}): Promise<TestServer> {
  return startServer({ env: { ...LIMITS_OFF, RUFER_LOG_LEVEL: 'warn', ...env } })
}

/** Where a user connects, once. */
export async function takeSeat(server: TestServer, userId: string): Promise<Seat> {
  const token = await issueToken(server, userId)
  return { userId, url: `${server.wsUrl}/ws`, protocols: ['rufer.v1', `rufer.token.${token}`] }
}

export function pidOf({ pid }: { pid?: number | undefined }): number {
  if (pid === undefined) throw new Error('unable to start a server; it has no process')
  return pid
}

// --- Internal helpers ---

/** Rates and counts can be off; sizes cannot, and nobody here comes near them. */
const LIMITS_OFF = Object.fromEntries(
  Object.values(limits).flatMap(({ setting, least }) => (least === 0 ? [[setting, '0']] : [])),
)

type Couple = [string, string]

async function registerCouples(servers: TestServer[], pairs: number): Promise<Couple[]> {
  const couples = nameCouples(pairs)
  await register(serverFor(servers, 0), ...couples.flat())
  return couples
}

function nameCouples(pairs: number): Couple[] {
  return Array.from({ length: pairs }, (_, pair) => [`pair-${pair}-one`, `pair-${pair}-other`])
}

function takeSeats(couples: Couple[], servers: TestServer[]): Promise<Seats[]> {
  const [one, other] = [serverFor(servers, 0), serverFor(servers, 1)]
  return Promise.all(
    couples.map((couple) => Promise.all([takeSeat(one, couple[0]), takeSeat(other, couple[1])])),
  )
}

/** The server of the first or the second of a couple. */
function serverFor(servers: TestServer[], place: 0 | 1): TestServer {
  const server = servers[place % servers.length]
  if (!server) throw new Error('unable to start Rufer; it has no processes')
  return server
}
