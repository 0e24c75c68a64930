// npm run churn: opens and ends very many connections, in many ways, and looks whether the heap is what it was before.
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { register } from '#rufer/tests/helpers/api.ts'
import { inspect, INSPECTED, type Inspector } from '#rufer/tests/helpers/inspector.ts'
import { METRICS_TOKEN, readMetrics } from '#rufer/tests/helpers/metrics.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { lives } from './churn/lives.ts'

const USAGE = 'usage: npm run churn -- [--sessions 100000]'
const USERS = Array.from({ length: 1_000 }, (_, index) => `user-${index}`)
const SETTINGS = {
  ...INSPECTED,
  RUFER_LOG_LEVEL: 'warn',
  RUFER_METRICS_TOKEN: METRICS_TOKEN,
  // addresses are told by a header, so that the limits that count them see many
  RUFER_TRUSTED_PROXIES: '1',
  RUFER_PUBLIC_URL: 'http://localhost',
  RUFER_LIMIT_TOKENS_PER_MINUTE: '0',
}
/** how many lives there are at a time */
const AT_ONCE = 100
/** so many sessions bring in whatever is loaded, compiled and kept once */
const WARM_UP = 5_000
/** how much more of the heap may be in use afterwards */
const MOST_GROWTH = 0.1

try {
  const sessions = readOptions()
  const server = await startServer({ env: SETTINGS })
  const inspector = await inspect(server.output())
  await register(server, ...USERS)
  await churn(server, WARM_UP)
  const before = await measure(server, inspector)
  print(`after ${WARM_UP} sessions to warm up: ${describe(before)}`)
  const began = performance.now()
  await churn(server, sessions)
  const perSecond = (sessions * 1_000) / (performance.now() - began)
  const after = await measure(server, inspector)
  print(`after ${sessions} more, ${perSecond.toFixed(0)} a second: ${describe(after)}`)
  inspector.close()
  await server.stop()
  judge(before, after, sessions)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  // a server that still runs ends with this process
  process.exit(1)
}

// --- Internal helpers ---

interface Memory {
  heap: number
  /** null where the system does not tell (it does on Linux) */
  resident: number | null
}

function readOptions() {
  const { sessions } = parseArgs({ options: { sessions: { type: 'string', default: '100000' } } }).values
  if (!/^[1-9]\d{0,8}$/.test(sessions)) throw new Error(USAGE)
  return Number(sessions)
}

/** Lives lives, some at a time and each kind in its turn, until so many had a session. */
async function churn(server: TestServer, sessions: number) {
  let begun = 0
  let opened = 0

  async function liveOn(): Promise<void> {
    if (opened >= sessions) return
    const turn = begun++
    const person = { server, ...toPair(turn), address: toAddress(turn) }
    if (await lives[turn % lives.length]?.(person)) opened++
    return liveOn()
  }

  await Promise.all(Array.from({ length: AT_ONCE }, liveOn))
}

function toPair(turn: number) {
  const place = turn % USERS.length
  return { userId: USERS[place] ?? '', peerId: USERS[(place + 1) % USERS.length] ?? '' }
}

function toAddress(turn: number) {
  return `10.${[turn >> 16, turn >> 8, turn].map((part) => part & 0xff).join('.')}`
}

/** What is in use once everybody is gone and what is kept for some seconds is not kept any more. */
async function measure(server: TestServer, inspector: Inspector): Promise<Memory> {
  while ((await readMetrics(server))['rufer_connections'] !== 0) await delay(100)
  return { heap: await untilSteady(inspector), resident: residentBytes(server) }
}

async function untilSteady(inspector: Inspector, last = Infinity): Promise<number> {
  await delay(1_000)
  const heap = await inspector.measureHeap()
  return heap > last * 0.998 ? heap : untilSteady(inspector, heap)
}

function residentBytes({ process: { pid } }: TestServer) {
  if (process.platform !== 'linux') return null
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024
}

function describe({ heap, resident }: Memory) {
  const inAll = resident === null ? '' : `, ${toMegabytes(resident)} in all`
  return `${toMegabytes(heap)} of heap in use${inAll}`
}

function toMegabytes(bytes: number) {
  return `${(bytes / 1_048_576).toFixed(1)} MB`
}

function judge(before: Memory, after: Memory, sessions: number) {
  const grown = after.heap / before.heap - 1
  const each = (after.heap - before.heap) / sessions
  print(`heap: ${(grown * 100).toFixed(1)} %, ${each.toFixed(1)} bytes a session`)
  if (grown > MOST_GROWTH) throw new Error(`the heap has grown by more than ${MOST_GROWTH * 100} %`)
}

function print(line: string) {
  process.stdout.write(`${line}\n`)
}
