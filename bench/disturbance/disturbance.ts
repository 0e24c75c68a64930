// npm run bench:disturbance: the latency of well-behaved pairs alone, and beside some that do not read and some that flood.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { constants, cpus, loadavg, setPriority } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { issueToken, register } from '#rufer/tests/helpers/api.ts'
import { METRICS_TOKEN, readMetrics } from '#rufer/tests/helpers/metrics.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import type { Seats } from '../load/pair.ts'
import type { Seat } from '../load/wire.ts'
import type { Assignment, Latencies } from './pairs.ts'
import { makeReport, WAYS, type Figures, type Round, type Way } from './report.ts'

const USAGE = 'usage: npm run bench:disturbance -- [--rounds 3] [--onset 5] [--seconds 15] [--pairs 50]'
/** of each pair: both users stay below the rates that a server has by default */
const PER_SECOND = 4

try {
  const extent = readOptions()
  const { rounds, seconds, pairs } = extent
  process.stdout.write(describe(extent))
  const server = await startServer({
    env: { RUFER_METRICS_TOKEN: METRICS_TOKEN, RUFER_LOG_LEVEL: 'warn' },
  })
  const load = startProcess('pairs.ts')
  const assignment: Assignment = { seats: await takeSeats(server, pairs), perSecond: PER_SECOND * pairs }
  load.tell(JSON.stringify(assignment))
  const measure = () => measureLoad(server, load, extent)
  // warm code before anything counts
  await latenciesOver(load, seconds / 4)
  const taken = await Array.fromAsync({ length: rounds }, async (_, index): Promise<Round> => {
    process.stderr.write(`round ${index + 1} of ${rounds}\n`)
    const disturbed = (way: Way) => beside(server, WAYS[way], measure)
    return {
      alone: await measure(),
      'silent ones': await disturbed('silent ones'),
      floods: await disturbed('floods'),
      both: await disturbed('both'),
    }
  })
  const metrics = await readMetrics(server)
  await load.end()
  await server.stop()
  process.stdout.write(`${makeReport(taken, metrics)}\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  // a server that still runs ends with this process
  process.exit(1)
}

// --- Internal helpers ---

interface Extent {
  rounds: number
  /** of each measurement: as long as those who are cut off have tokens to be back at once; then as many as a minute allows */
  onset: number
  /** and so long after those */
  seconds: number
  pairs: number
}

function readOptions(): Extent {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '3' },
      onset: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '15' },
      pairs: { type: 'string', default: '50' },
    },
  })
  const [rounds, pairs] = [Number(values.rounds), Number(values.pairs)]
  const [onset, seconds] = [Number(values.onset), Number(values.seconds)]
  const isSound = [rounds, pairs].every(Number.isInteger) && Math.min(rounds, pairs, onset, seconds) > 0
  if (!isSound) throw new Error(USAGE)
  return { rounds, onset, seconds, pairs }
}

function describe({ rounds, onset, seconds, pairs }: Extent) {
  const processors = cpus()
  return `Well-behaved pairs beside connections that do not read and connections that flood
${new Date().toISOString()}, Node ${process.version}, ${processors.length} × ${processors[0]?.model.trim()}, ${process.platform}, load average ${loadavg()[0]?.toFixed(1)} before the run
${pairs} pairs, ${PER_SECOND * pairs} messages/s, latency from the scheduled instant; medians of ${rounds} rounds of ${onset} + ${seconds} s each way

`
}

/** A process that takes lines and gives lines. */
function startProcess(script: string) {
  const child = spawn(process.execPath, [join(import.meta.dirname, script)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = once(child, 'exit')
  return {
    pid: child.pid,
    tell: (line: string) => void child.stdin.write(`${line}\n`),
    async hear(): Promise<string> {
      const { value } = await lines.next()
      if (typeof value !== 'string') throw new Error(`unable to measure; ${script} has ended`)
      return value
    },
    async end() {
      child.stdin.end()
      await ended
    },
  }
}

async function takeSeats(server: TestServer, pairs: number): Promise<Seats[]> {
  const couples = Array.from(
    { length: pairs },
    (_, pair) => [`pair-${pair}-one`, `pair-${pair}-other`] as const,
  )
  await register(server, ...couples.flat())
  return Promise.all(
    couples.map(([one, other]) => Promise.all([takeSeat(server, one), takeSeat(server, other)])),
  )
}

async function takeSeat(server: TestServer, userId: string): Promise<Seat> {
  const token = await issueToken(server, userId)
  return { userId, url: `${server.wsUrl}/ws`, protocols: ['rufer.v1', `rufer.token.${token}`] }
}

async function measureLoad(
  server: TestServer,
  load: ReturnType<typeof startProcess>,
  { onset, seconds }: Extent,
): Promise<Figures> {
  let memory = readMemory(server)
  const timer = setInterval(() => (memory = Math.max(memory, readMemory(server))), 100)
  const { replyMs: onsetMs } = await latenciesOver(load, onset)
  const before = await countSlowCommits(server)
  const latencies = await latenciesOver(load, seconds)
  clearInterval(timer)
  return { ...latencies, onsetMs, memory, slowCommits: (await countSlowCommits(server)) - before }
}

async function latenciesOver(load: ReturnType<typeof startProcess>, seconds: number): Promise<Latencies> {
  load.tell(String(seconds))
  return JSON.parse(await load.hear())
}

async function countSlowCommits(server: TestServer) {
  const metrics = await readMetrics(server)
  const count = (of: string) => metrics[`rufer_commit_duration_seconds_${of}`] ?? NaN
  return count('count') - count('bucket{le="0.005"}')
}

/** Their process yields to all others: what they take from the server is measured, not what they take from the machine. */
async function beside(
  server: TestServer,
  kinds: readonly string[],
  measure: () => Promise<Figures>,
): Promise<Figures> {
  const disturbers = startProcess('disturbers.ts')
  if (disturbers.pid) setPriority(disturbers.pid, constants.priority.PRIORITY_LOW)
  disturbers.tell(JSON.stringify({ server: { url: server.url, wsUrl: server.wsUrl }, kinds }))
  await disturbers.hear()
  const figures = await measure()
  await disturbers.end()
  return figures
}

/** In bytes; NaN where the system does not tell (it does on Linux). */
function readMemory({ process: { pid } }: TestServer) {
  if (process.platform !== 'linux') return NaN
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024
}
