// The server that is fuzzed: the production build as a process of its own, with what it takes to look into it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePorts } from '#rufer/scripts/free-ports.ts'

export const KEY = 'fd3c8f52b19a4e0796d0c1e8a7b5f42390e6d8c1'

/** A connection that was kept might be ended by the server just as it is used again. */
export const ANSWERED_ONCE = { connection: 'close' }

export interface Target {
  url: string
  host: string
  port: number
  /** the answer's status and body, with the key */
  call(call: string, body?: object): Promise<{ status: number; body: Record<string, unknown> }>
  register(userId: string): Promise<void>
  token(userId: string): Promise<string>
  isAlive(): boolean
  /** how many sockets there are */
  connections(): Promise<number>
  /** bytes that are still held after a garbage collection */
  heldBytes(): Promise<number>
  /** errors that nothing caught */
  uncaught(): Promise<number>
  output(): string
  /** ends it in order; its exit code */
  stop(): Promise<number | null>
}

/** Starts the build that is there. @throws Error with its output where it does not start */
export async function startTarget(): Promise<Target> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rufer-fuzz-'))
  const [port = 0] = await freePorts([0])
  const child = spawn(process.execPath, ['--expose-gc', '--import', TELL_MEMORY, BUILD], {
    env: {
      PATH: process.env['PATH'],
      HOST: '127.0.0.1',
      PORT: String(port),
      RUFER_DATA_DIR: dataDir,
      ...SETTINGS,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  const url = `http://127.0.0.1:${port}`
  const isAlive = () => child.exitCode === null && child.signalCode === null

  while (!(await isReady(url))) {
    if (!isAlive()) throw new Error(`the server does not start:\n${output}`)
    await delay(50)
  }

  async function call(name: string, body?: object) {
    const [method = '', path = ''] = name.split(' ')
    const headers = {
      ...ANSWERED_ONCE,
      'x-rufer-secret-key': KEY,
      ...(body && { 'content-type': 'application/json' }),
    }
    const answer = await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }

  return {
    url,
    host: `127.0.0.1:${port}`,
    port,
    call,
    isAlive,
    output: () => output,
    async register(userId) {
      await call('POST /api/users/register', { userId, displayName: userId })
    },
    async token(userId) {
      const { status, body } = await call('POST /api/users/session-token', { userId })
      if (status !== 200) throw new Error(`no token for ${userId}: ${status} ${JSON.stringify(body)}`)
      return String(body['token'])
    },
    async heldBytes() {
      const told = output.length
      child.kill('SIGUSR2')
      while (!MEMORY.test(output.slice(told))) await delay(20)
      return Number(MEMORY.exec(output.slice(told))?.[1])
    },
    connections: () => sumOf(url, /^rufer_connections (\d+)$/gm),
    uncaught: () => sumOf(url, /^rufer_uncaught_total\{.*\} (\d+)$/gm),
    async stop() {
      if (isAlive()) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      process.off('exit', kill)
      await rm(dataDir, { recursive: true, force: true })
      return child.exitCode
    },
  }
}

/** What of it the inputs are sent to; any server can be that. */
export type Mark = Pick<Target, 'url' | 'host' | 'port' | 'call' | 'register' | 'token'>

// --- Internal helpers ---

const BUILD = join(import.meta.dirname, '../../.output/server/index.mjs')
/** Nothing is refused for its rate: that would keep most inputs from where they could do harm. */
const SETTINGS = {
  RUFER_SECRET_KEY: KEY,
  RUFER_METRICS_TOKEN: KEY,
  RUFER_LOG_LEVEL: 'warn',
  RUFER_SQLITE_SYNC: 'normal',
  RUFER_LIMIT_REQUESTS_PER_SECOND: '0',
  RUFER_LIMIT_MESSAGES_PER_SECOND: '0',
  RUFER_LIMIT_UPGRADES_PER_SECOND: '0',
  RUFER_LIMIT_CONNECTIONS_PER_USER: '0',
  RUFER_LIMIT_CONNECTIONS_PER_ADDRESS: '0',
  RUFER_LIMIT_TOKENS_PER_MINUTE: '0',
  RUFER_LIMIT_WRONG_KEYS_PER_MINUTE: '5',
}
const MEMORY = /held (\d+)\n/
/** On SIGUSR2 the process collects its garbage and says what is left. */
const TELL_MEMORY = `data:text/javascript,${encodeURIComponent(`process.on('SIGUSR2', () => {
  gc(); gc()
  const { heapUsed, external } = process.memoryUsage()
  process.stderr.write('held ' + (heapUsed + external) + '\\n')
})`)}`

/** Of what the server counts. */
async function sumOf(url: string, lines: RegExp): Promise<number> {
  const answer = await fetch(`${url}/metrics`, {
    headers: { ...ANSWERED_ONCE, authorization: `Bearer ${KEY}` },
  })
  const counts = [...(await answer.text()).matchAll(lines)]
  return counts.reduce((sum, [, count]) => sum + Number(count), 0)
}

function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/ready`).then(
    ({ ok }) => ok,
    () => false,
  )
}
