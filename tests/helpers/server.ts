// A server for a test: the production build, as a process of its own, on loopback with data of its own.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { freePort } from './free-port.ts'
import { mongodbUri, newDatabaseUri } from './mongo.ts'
import { openOutside, outside } from './outside.ts'
import { keepSecret, secretsIn } from './secrets.ts'

export const SECRET_KEY = outside?.key ?? 'b7c1f0a94e2d4c58a3f60d1e9b8275640c9d3ef1'

export interface ServerAddress {
  url: string
  /** ws://… of the same server */
  wsUrl: string
  /** all of them, where the server is several processes; the address is the first one's */
  processes?: ServerAddress[]
}

export interface TestServer extends ServerAddress {
  processes: ServerAddress[]
  dataDir: string
  /** where it stores, on MongoDB */
  mongodbUri: string | undefined
  /** all it printed so far */
  output(): string
  /** the lines of its log, parsed */
  log(): Record<string, unknown>[]
  process: ChildProcess
  /** to every process; resolves with the exit code, the highest one */
  signal(name: NodeJS.Signals): Promise<number | null>
  /** starts it again on the same port and data, with other settings where given */
  restart(env?: Record<string, string>): Promise<void>
  /** ends it, removes its data, and fails if anything in it went unhandled, or a secret into its log */
  stop(): Promise<void>
}

interface StartOptions {
  /** settings on top of a secret key and limits that do not hinder tests */
  env?: Record<string, string | undefined>
  /** the folder whose build it is; the project's own unless told otherwise */
  root?: string
  /** one, where a test is about what each process has for itself; on MongoDB otherwise two, on one database */
  processes?: 1
}

/** Starts the production build and waits until it is ready; gives the server of `npm run conformance` where that runs. */
export async function startServer(options: StartOptions = {}): Promise<TestServer> {
  if (outside) return openOutside(outside)
  const { env = {}, root = PROJECT, processes: count = ENGINE === 'mongodb' ? 2 : 1 } = options
  const dataDir = await mkdtemp(join(tmpdir(), 'rufer-test-'))
  const ports = await Promise.all(Array.from({ length: count }, freePort))
  const processes = ports.map(toAddress)
  const address = toAddress(ports[0] ?? 0)
  const shared = { ...toShared(address, count), ...env }
  const start = (more: StartOptions['env'] = {}) =>
    Promise.all(
      ports.map(async (port) => {
        const run = launch({ root, port, dataDir, env: { ...shared, ...more } })
        await waitUntilReady(toAddress(port).url, run)
        return run
      }),
    )
  let runs = await start()
  const output = () => runs.map((run) => run.output()).join('')

  async function signal(name: NodeJS.Signals) {
    const codes = await Promise.all(runs.map((run) => signalOne(run, name)))
    return codes.reduce((worst, code) => (worst === null || code === null ? null : Math.max(worst, code)))
  }

  return {
    ...address,
    processes,
    dataDir,
    mongodbUri: shared.MONGODB_URI,
    output,
    log: () => toLogLines(output()),
    get process() {
      const [first] = runs
      if (!first) throw new Error('there is no process')
      return first.child
    },
    signal,
    async restart(more) {
      await signal('SIGTERM')
      checkOutput(output())
      runs = await start(more)
    },
    async stop() {
      await signal('SIGTERM')
      await rm(dataDir, { recursive: true, force: true })
      checkOutput(output())
    },
  }
}

/** The engine that the servers of this project store with. */
export const ENGINE = mongodbUri ? 'mongodb' : 'sqlite'

/** What a start that must fail printed, line by line. */
export async function failedStart(env: Record<string, string>): Promise<string[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rufer-test-'))
  const run = launch({ port: await freePort(), dataDir, env })
  await run.closed
  await rm(dataDir, { recursive: true, force: true })
  expect(run.child.exitCode).toBe(1)
  return run
    .output()
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('Listening on '))
}

// --- Internal helpers ---

const PROJECT = join(import.meta.dirname, '../..')

function toAddress(port: number): ServerAddress {
  return { url: `http://127.0.0.1:${port}`, wsUrl: `ws://127.0.0.1:${port}` }
}

/** What all processes of a server have in common, and no test says otherwise. */
function toShared(
  { url }: ServerAddress,
  count: number,
): { MONGODB_URI?: string; RUFER_PUBLIC_URL?: string } {
  return {
    // in a project with a MongoDB the server stores there
    ...(ENGINE === 'mongodb' && { MONGODB_URI: newDatabaseUri() }),
    // of several processes only one has the address that all of them are known by
    ...(count > 1 && { RUFER_PUBLIC_URL: url }),
  }
}

async function signalOne({ child, closed }: Run, name: NodeJS.Signals) {
  if (child.exitCode === null && child.signalCode === null) child.kill(name)
  await closed
  return child.exitCode
}

interface Run {
  child: ChildProcess
  output(): string
  /** it has ended, and all that it printed is there: the last of it may come after the news of its end */
  closed: Promise<unknown>
}

interface Launch {
  root?: string
  port: number
  dataDir: string
  env: Record<string, string | undefined>
}

function launch({ root = PROJECT, port, dataDir, env }: Launch): Run {
  keepSecret(SECRET_KEY)
  const settings = {
    PATH: process.env['PATH'],
    // a start takes a third less where the code was compiled before
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
    HOST: '127.0.0.1',
    PORT: String(port),
    RUFER_DATA_DIR: dataDir,
    RUFER_SECRET_KEY: SECRET_KEY,
    // as loud as can be: nothing secret may be heard
    RUFER_LOG_LEVEL: 'debug',
    ...env,
  }
  const child = spawn(process.execPath, [join(root, '.output/server/index.mjs')], {
    env: settings,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  child.once('exit', () => process.off('exit', end))
  return { child, output: () => output, closed: once(child, 'close') }
}

/** @throws Error with all of an output where it tells of an error that nothing caught, or tells a secret */
function checkOutput(output: string) {
  const unhandled = /unhandledRejection|uncaughtException/.exec(output)
  if (unhandled) throw new Error(`the server had an ${unhandled[0]}:\n${output}`)
  const [secret] = secretsIn(output)
  if (secret !== undefined) throw new Error(`the log tells the secret ${secret}:\n${output}`)
}

async function waitUntilReady(url: string, run: Run): Promise<void> {
  if (run.child.exitCode !== null) throw new Error(`the server ended at its start:\n${run.output()}`)
  const isReady = await fetch(`${url}/ready`).then(
    ({ ok }) => ok,
    () => false,
  )
  if (isReady) return
  await delay(20)
  await waitUntilReady(url, run)
}

function toLogLines(output: string): Record<string, unknown>[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
}
