// The load generator, a process of its own: takes an assignment on stdin, runs its scenarios, writes figures to stdout.
import { text } from 'node:stream/consumers'
import { cpuMsOf, cpuMsOfAll } from './cpu.ts'
import { runClosedLoop, runOpenLoop, type Tally } from './loops.ts'
import { connectPair, type Seats } from './pair.ts'
import { spreadOf, type Spread } from './statistics.ts'

export interface Assignment {
  seats: Seats[]
  /** of the server */
  pids: number[]
  database?: DatabaseAddress
  /** by name, in the order in which they run */
  scenarios: Record<string, Scenario>
}

/** The mongod under a server. */
export interface DatabaseAddress {
  pid: number
  uri: string
}

/** An open loop of so many messages a second, or without a rate a closed loop. */
export interface Scenario {
  seconds: number
  perSecond?: number
}

/** One scenario on one server; CPU time as shares of one core, null where the system does not tell. */
export interface Figures {
  perSecond: number
  replyMs: Spread
  deliveryMs: Spread
  /** from the reply to the delivery; below zero where the peer was first */
  afterReplyMs: Spread
  serverCpu: number | null
  generatorCpu: number
  /** of all other programs on the machine */
  othersCpu: number | null
  database?: DatabaseFigures
}

interface DatabaseFigures {
  cpu: number | null
  /** messages in one transaction */
  group: number
  /** from the commit to the delivery; of open loops only */
  afterCommitMs?: Spread
}

const { seats, pids, database, scenarios }: Assignment = JSON.parse(await text(process.stdin))
// loaded only where it is needed
const commits = database && (await import('./mongo/commits.ts')).watchCommits(database.uri)
const pairs = await Promise.all(seats.map(connectPair))
// both sides run warm code before anything counts
await runClosedLoop(pairs, (Object.values(scenarios)[0]?.seconds ?? 0) / 4)
const outcomes = await Array.fromAsync(Object.entries(scenarios), async ([name, scenario]) => {
  return [name, await measure(scenario)] as const
})
// the sockets are simply dropped
process.stdout.write(JSON.stringify(Object.fromEntries(outcomes)), () => process.exit())

// --- Internal helpers ---

interface Reading {
  own: number
  server: number | null
  database: number | null
  all: number
  commits: number
}

async function measure({ seconds, perSecond }: Scenario): Promise<Figures> {
  const before = await read()
  const tally = await (perSecond === undefined
    ? runClosedLoop(pairs, seconds)
    : runOpenLoop(pairs, { seconds, perSecond }))
  const now = await read()
  return { ...toFigures(tally, before, now), ...(await toDatabaseFigures(tally, before, now)) }
}

async function read(): Promise<Reading> {
  const { user, system } = process.cpuUsage()
  return {
    own: (user + system) / 1000,
    server: cpuMsOf(pids),
    database: database ? cpuMsOf([database.pid]) : 0,
    all: cpuMsOfAll(),
    commits: (await commits?.count()) ?? 0,
  }
}

function toFigures({ replyMs, deliveryMs, elapsedMs }: Tally, before: Reading, now: Reading): Figures {
  const own = now.own - before.own
  const server = difference(now.server, before.server)
  const stored = difference(now.database, before.database)
  const others = server === null || stored === null ? null : now.all - before.all - own - server - stored
  return {
    perSecond: (replyMs.length * 1000) / elapsedMs,
    replyMs: spreadOf(replyMs),
    deliveryMs: spreadOf(deliveryMs),
    afterReplyMs: spreadOf(deliveryMs.map((ms, index) => ms - (replyMs[index] ?? 0))),
    serverCpu: server === null ? null : server / elapsedMs,
    generatorCpu: own / elapsedMs,
    // systems count the whole in coarser steps than the parts
    othersCpu: others === null ? null : Math.max(0, others / elapsedMs),
  }
}

async function toDatabaseFigures(tally: Tally, before: Reading, now: Reading) {
  if (!commits) return {}
  const { replyMs, elapsedMs, deliveries, startedAt } = tally
  const cpuMs = difference(now.database, before.database)
  const figures: DatabaseFigures = {
    cpu: cpuMs === null ? null : cpuMs / elapsedMs,
    group: replyMs.length / (now.commits - before.commits),
  }
  if (deliveries.size === 0) return { database: figures }
  const committedAt = await commits.instantsSince(performance.timeOrigin + startedAt)
  const delays = [...deliveries].map(
    ([id, at]) => performance.timeOrigin + at - (committedAt.get(id) ?? Number.NaN),
  )
  return { database: { ...figures, afterCommitMs: spreadOf(delays) } }
}

function difference(later: number | null, earlier: number | null) {
  return later === null || earlier === null ? null : later - earlier
}
