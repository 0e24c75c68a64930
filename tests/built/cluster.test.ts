// npm run dev:cluster: two processes on one replica set; what it starts ends with it, and what was said stays.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { connect } from '#rufer/tests/helpers/client.ts'
import { METRICS_TOKEN, readMetrics } from '#rufer/tests/helpers/metrics.ts'
import { hasMongod } from '#rufer/tests/helpers/mongod.ts'
import { SECRET_KEY, type ServerAddress } from '#rufer/tests/helpers/server.ts'

const SCRIPT = join(import.meta.dirname, '../../scripts/dev-cluster.ts')
const isPossible = await hasMongod()

let dataDir = ''
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rufer-cluster-'))
})
afterAll(() => rm(dataDir, { recursive: true }))

test.skipIf(!isPossible)(
  'two people on two processes talk; Ctrl-C ends all, and what was said stays',
  async () => {
    const cluster = await startCluster()
    const [alice, bob] = [await connect(cluster.proxy, 'alice'), await connect(cluster.proxy, 'bob')]
    const metrics = await Promise.all(cluster.processes.map((address) => readMetrics(address)))
    expect(metrics.map((values) => values['rufer_connections'])).toEqual([1, 1])

    await alice.say({ userId: 'bob' }, 'hello')
    expect((await bob.next('message.created')).message.text).toBe('hello')
    await bob.say({ userId: 'alice' }, 'hello yourself')
    expect((await alice.next('message.created')).message.text).toBe('hello')
    expect((await alice.next('message.created')).message.text).toBe('hello yourself')

    cluster.script.kill('SIGINT')
    // the proxy stays until the servers have told their clients
    expect(await Promise.all([alice.closed, bob.closed])).toEqual([1012, 1012])
    expect(await cluster.ended).toEqual({ code: 0, stderr: '' })
    expect(cluster.pids.filter(isRunning)).toEqual([])

    const again = await startCluster()
    expect(again.proxy.url).not.toBe(cluster.proxy.url)
    const { conversations } = await (await connect(again.proxy, 'alice')).request('conversation.list')
    expect(conversations.map(({ lastMessage }) => lastMessage?.text)).toEqual(['hello yourself'])
  },
)

test.skipIf(!isPossible)('a data folder in use is refused, in the words of mongod', async () => {
  await startCluster()
  const { code, stderr } = await launch().ended
  expect(code).toBe(1)
  expect(stderr).toContain('mongod has ended: exit code 100; ')
  expect(stderr).toContain('DBPathInUse')
})

test.skipIf(!isPossible)('a process that dies is the end of all, and why is said', async () => {
  const { pids, ended } = await startCluster()
  const [first = 0, ...others] = pids
  process.kill(first, 'SIGKILL')
  const { code, stderr } = await ended
  expect(code).toBe(1)
  expect(stderr).toContain('process 1 has ended: SIGKILL; ')
  expect(others.filter(isRunning)).toEqual([])
})

test.each([
  { what: 'a wrong option', args: ['--port', 'x'], reason: '--port must be a number\nusage: ' },
  { what: 'an unknown option', args: ['--fast'], reason: "Unknown option '--fast'" },
  { what: 'a wrong setting', env: { RUFER_LOG_LEVEL: 'loud' }, reason: 'RUFER_LOG_LEVEL is "loud"; set ' },
  { what: 'no mongod', env: { MONGOD_BINARY: '/nowhere/mongod' }, reason: '/nowhere/mongod does not run: ' },
])('dev:cluster with $what ends non-zero and says why', async ({ args = [], env = {}, reason }) => {
  const { ended } = launch(args, env)
  const { code, stderr } = await ended
  expect(code).toBe(1)
  expect(stderr).toContain(reason)
})

/** Runs the script on free ports, with data that the next run finds again. */
function launch(args: string[] = [], env: Record<string, string> = {}) {
  const { PATH, HOME, XDG_CACHE_HOME, MONGOD_BINARY } = process.env
  const own = { RUFER_SECRET_KEY: SECRET_KEY, RUFER_METRICS_TOKEN: METRICS_TOKEN }
  const script = spawn(process.execPath, [SCRIPT, '--port', '0', '--data', dataDir, ...args], {
    env: { PATH, HOME, XDG_CACHE_HOME, MONGOD_BINARY, ...own, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed = { stdout: '', stderr: '' }
  script.stdout.on('data', (chunk) => (printed.stdout += String(chunk)))
  script.stderr.on('data', (chunk) => (printed.stderr += String(chunk)))
  const ended = once(script, 'close').then(([code]) => ({ code, stderr: printed.stderr }))
  // ends what it started, too, should a test fail meanwhile
  onTestFinished(async () => {
    script.kill('SIGTERM')
    await ended
  })
  return { script, printed, ended }
}

/** Starts all of it, and reads where everything is. */
async function startCluster() {
  const { script, printed, ended } = launch()
  while (!printed.stdout.includes('Data ') && script.exitCode === null) await once(script.stdout, 'data')
  const [proxy = ''] = /http:\S+(?=\/chat\?userId=alice)/.exec(printed.stdout) ?? []
  const processes = [...printed.stdout.matchAll(/Process \d +(http:\S+) +\(pid (\d+)\)/g)]
  const mongod = await readFile(join(dataDir, 'mongo/mongod.lock'), 'utf8')
  return {
    script,
    ended,
    proxy: toAddress(proxy),
    processes: processes.map(([, url]) => toAddress(url ?? '')),
    /** the two servers, then mongod */
    pids: [...processes.map(([, , pid]) => Number(pid)), Number(mongod)],
  }
}

function toAddress(url: string): ServerAddress {
  return { url, wsUrl: url.replace('http', 'ws') }
}

function isRunning(pid: number) {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
