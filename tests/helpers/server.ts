// A server for a test: the production build, as a process of its own, on loopback with a data folder of its own.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export const SECRET_KEY = 'b7c1f0a94e2d4c58a3f60d1e9b8275640c9d3ef1'

export interface TestServer {
  url: string
  /** ws://… of the same server */
  wsUrl: string
  dataDir: string
  /** all it printed so far */
  output(): string
  /** the lines of its log, parsed */
  log(): Record<string, unknown>[]
  process: ChildProcess
  /** resolves with its exit code */
  signal(name: NodeJS.Signals): Promise<number | null>
  /** starts it again on the same port and data, with other settings where given */
  restart(env?: Record<string, string>): Promise<void>
  /** ends it, removes its data, and fails if anything in it went unhandled */
  stop(): Promise<void>
}

interface StartOptions {
  /** settings on top of a secret key and limits that do not hinder tests */
  env?: Record<string, string | undefined>
  /** the folder whose build it is; the project's own unless told otherwise */
  root?: string
}

/** Starts the production build and waits until it is ready. */
export async function startServer({ env = {}, root = PROJECT }: StartOptions = {}): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rufer-test-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let run = launch({ root, port, dataDir, env })
  await waitUntilReady(url, run)

  async function signal(name: NodeJS.Signals) {
    if (run.child.exitCode === null && run.child.signalCode === null) {
      run.child.kill(name)
      await once(run.child, 'exit')
    }
    return run.child.exitCode
  }

  return {
    url,
    wsUrl: url.replace('http', 'ws'),
    dataDir,
    output: () => run.output(),
    log: () => toLogLines(run.output()),
    get process() {
      return run.child
    },
    signal,
    async restart(more = {}) {
      await signal('SIGTERM')
      run = launch({ root, port, dataDir, env: { ...env, ...more } })
      await waitUntilReady(url, run)
    },
    async stop() {
      await signal('SIGTERM')
      await rm(dataDir, { recursive: true, force: true })
      const unhandled = /unhandledRejection|uncaughtException/.exec(run.output())
      if (unhandled) throw new Error(`the server had an ${unhandled[0]}:\n${run.output()}`)
    },
  }
}

/** Runs the build until it exits; for starts that must fail. */
export async function runToExit(env: Record<string, string | undefined>) {
  const dataDir = await mkdtemp(join(tmpdir(), 'rufer-test-'))
  const run = launch({ port: await freePort(), dataDir, env: { RUFER_SECRET_KEY: undefined, ...env } })
  const [code] = await once(run.child, 'exit')
  await rm(dataDir, { recursive: true, force: true })
  return { code, output: run.output() }
}

/** A port of loopback that nobody listens on just now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('unable to find a free port')
  return address.port
}

// --- Internal helpers ---

const PROJECT = join(import.meta.dirname, '../..')

interface Run {
  child: ChildProcess
  output(): string
}

interface Launch {
  root?: string
  port: number
  dataDir: string
  env: Record<string, string | undefined>
}

function launch({ root = PROJECT, port, dataDir, env }: Launch): Run {
  const settings = {
    PATH: process.env['PATH'],
    HOST: '127.0.0.1',
    PORT: String(port),
    RUFER_DATA_DIR: dataDir,
    RUFER_SECRET_KEY: SECRET_KEY,
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
  return { child, output: () => output }
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
