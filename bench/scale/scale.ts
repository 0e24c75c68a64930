// npm run bench:scale: very many clients on one engine, for a long time, and then all of them back at once.
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { startMongo } from '#rufer/bench/sides/mongod.ts'
import { settledMemoryOf } from '#rufer/bench/load/memory.ts'
import { startProcess } from '#rufer/bench/sides/rufer.ts'
import { pidOf } from '#rufer/bench/sides/side.ts'
import type { TestServer } from '#rufer/tests/helpers/server.ts'
import { gatherFleet, type Fleet } from './fleet.ts'
import { runLoad } from './load.ts'
import { raiseStorm } from './storm.ts'

const USAGE = `usage: npm run bench:scale -- [--sockets 10000] [--per-second 1000] [--minutes 10]
                             [--engine mongo] [--processes 3]`

try {
  await using started = new AsyncDisposableStack()
  const options = readOptions()
  print(describe(options))
  const servers = await startServers(options, started)
  const began = performance.now()
  const fleet = await gatherFleet(servers, options.sockets)
  started.defer(() => fleet.close())
  print(`all are live after ${toSeconds(performance.now() - began)}`)
  await measureLoad(fleet, servers, options)
  await measureStorm(fleet, servers)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
// whatever timer a client still has
process.exit()

// --- Internal helpers ---

interface Options {
  sockets: number
  perSecond: number
  minutes: number
  engine: string
  processes: number
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      sockets: { type: 'string', default: '10000' },
      'per-second': { type: 'string', default: '1000' },
      minutes: { type: 'string', default: '10' },
      engine: { type: 'string', default: 'embedded' },
      processes: { type: 'string', default: '3' },
    },
  })
  const options = {
    sockets: Number(values.sockets),
    perSecond: Number(values['per-second']),
    minutes: Number(values.minutes),
    engine: values.engine,
    processes: values.engine === 'mongo' ? Number(values.processes) : 1,
  }
  const { sockets, perSecond, minutes, engine, processes } = options
  const isSound =
    Number.isInteger(sockets / 2) && Number.isInteger(processes) && Math.min(sockets, processes) > 0
  if (!isSound || !(minutes > 0) || !(perSecond > 0) || !['embedded', 'mongo'].includes(engine))
    throw new Error(USAGE)
  return options
}

function describe({ sockets, perSecond, minutes, engine, processes }: Options) {
  const processors = cpus()
  const where = engine === 'mongo' ? `${processes} processes on MongoDB` : 'the embedded engine'
  return `${sockets.toLocaleString('en')} clients in pairs on ${where}, ${perSecond.toLocaleString('en')} messages/s for ${minutes} min, then all back at once
${new Date().toISOString()}, Node ${process.version}, ${processors.length} × ${processors[0]?.model.trim()}, ${process.platform}, load average ${loadavg()[0]?.toFixed(1)} before the run
the clients are real ones, all in one process beside the servers, over loopback
`
}

async function startServers(
  { engine, processes }: Options,
  started: AsyncDisposableStack,
): Promise<TestServer[]> {
  const env = engine === 'mongo' ? { MONGODB_URI: started.use(await startMongo()).uri } : {}
  const servers = await Promise.all(Array.from({ length: processes }, () => startProcess(env)))
  for (const server of servers) started.defer(() => server.stop())
  return servers
}

async function measureLoad(fleet: Fleet, servers: TestServer[], { perSecond, minutes }: Options) {
  const before = await memoryOf(servers)
  const { sent, lost, lateMs, answerMs, deliveryMs } = await runLoad(fleet, {
    perSecond,
    seconds: minutes * 60,
  })
  print(`${sent.toLocaleString('en')} messages sent · lost ${lost}`)
  print(`from the scheduled instant to the sending:  ${lateMs}`)
  print(`from the scheduled instant to the answer:   ${answerMs}`)
  print(`from the scheduled instant to the delivery: ${deliveryMs}`)
  print(`RSS of the servers: ${before} at the start, ${await memoryOf(servers)} at the end`)
  if (lost > 0) process.exitCode = 1
}

async function measureStorm(fleet: Fleet, servers: TestServer[]) {
  const { downMs, levelMs, written, lost } = await raiseStorm(fleet, servers)
  print(
    `storm: killed and started again in ${toSeconds(downMs)}; all are level ${toSeconds(levelMs)} after that, ` +
      `with ${written.toLocaleString('en')} messages written meanwhile · lost ${lost}`,
  )
  if (lost > 0) process.exitCode = 1
}

async function memoryOf(servers: TestServer[]) {
  const sizes = await Promise.all(servers.map((server) => settledMemoryOf(pidOf(server.process))))
  return sizes.map((bytes) => (bytes === null ? 'n/a' : `${(bytes / 1_048_576).toFixed(0)} MB`)).join(' + ')
}

function toSeconds(ms: number) {
  return `${(ms / 1_000).toFixed(1)} s`
}

function print(line: string) {
  process.stdout.write(`${line}\n`)
}
