// npm run dev:cluster: the built server as two processes on one MongoDB replica set, behind a proxy; says where to go.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { parseConfig } from '#rufer/server/config.ts'
import { keepSecretKey } from '#rufer/server/secret-key.ts'
import { startChild, type Child, type ChildOptions } from './cluster/child.ts'
import { startProxy, type Proxy } from './cluster/proxy.ts'
import { makeReplicaSet, memberArgs } from './cluster/replica-set.ts'
import { freePorts } from './free-ports.ts'
import { findMongod } from './mongod.ts'

const USAGE = `usage: npm run dev:cluster -- [--port <the proxy's; the others follow it>] [--data <folder>]`
const SERVER = join(import.meta.dirname, '../.output/server/index.mjs')

const options = readOptions()
const children: Child[] = []
const failure = Promise.withResolvers<never>()
let proxy: Proxy | undefined
let isStopping = false

const asked = new Promise((resolveAsked) => {
  // a terminal and npm may both send one: the second must not cut off what the first began
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, resolveAsked)
})
try {
  await Promise.race([asked, failure.promise, start().then(() => asked)])
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
await stop()
process.exit()

// --- Internal helpers ---

function readOptions() {
  try {
    const { port, data } = parseArgs({
      options: {
        port: { type: 'string', default: '3000' },
        data: { type: 'string', default: '.data/cluster' },
      },
    }).values
    if (!/^\d{1,5}$/.test(port)) throw new Error('--port must be a number')
    return { port: Number(port), folder: resolve(data) }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`)
    return process.exit(1)
  }
}

async function start() {
  const { port: first, folder } = options
  const wanted = [0, 1, 2, 3].map((distance) => (first === 0 ? 0 : first + distance))
  const [port = 0, one = 0, two = 0, mongoPort = 0] = await freePorts(wanted)
  const url = `http://localhost:${port}`
  const env = makeSettings(url)
  build()
  mkdirSync(join(folder, 'mongo'), { recursive: true, mode: 0o700 })
  const settings = { ...env, MONGODB_URI: await startMongo(mongoPort) }
  const processes = await Promise.all([startServer(1, one, settings), startServer(2, two, settings)])
  proxy = await startProxy({ port, targets: [one, two] })
  welcome(url, processes)
}

/** What both processes have in common. @throws ConfigError */
function makeSettings(url: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    HOST: 'localhost',
    RUFER_DEMO: 'true',
    RUFER_DATA_DIR: options.folder,
    RUFER_PUBLIC_URL: url,
    RUFER_TRUSTED_PROXIES: '1',
  }
  const { secretKeys } = parseConfig(env, { isDev: false })
  // made before two processes would make it at once
  if (secretKeys.length === 0) keepSecretKey(options.folder)
  return env
}

function build() {
  if (existsSync(SERVER)) return
  const { status } = spawnSync('nuxt', ['build'], { stdio: 'inherit' })
  if (status !== 0) throw new Error('unable to start; the build failed')
}

async function startMongo(port: number) {
  const { folder } = options
  launch({
    name: 'mongod',
    command: await findMongod(),
    args: memberArgs({ port, folder: join(folder, 'mongo') }),
    log: join(folder, 'mongod.log'),
  })
  return makeReplicaSet(port)
}

async function startServer(number: number, port: number, settings: NodeJS.ProcessEnv) {
  const child = launch({
    name: `process ${number}`,
    command: process.execPath,
    args: [SERVER],
    env: { ...settings, PORT: String(port) },
    log: join(options.folder, `process-${number}.log`),
  })
  const address = `http://localhost:${port}`
  while (!(await isReady(address))) await delay(50)
  return `  Process ${number}  ${address}  (pid ${child.pid})\n`
}

function isReady(address: string) {
  return fetch(`${address}/ready`).then(
    ({ ok }) => ok,
    () => false,
  )
}

/** Starts a process; its end before it was asked to is the end of all. */
function launch(child: ChildOptions) {
  if (isStopping) throw new Error('unable to start; stopping')
  const launched = startChild(child)
  children.push(launched)
  void launched.ended.then((how) => failure.reject(new Error(`${child.name} has ended: ${how}`)))
  return launched
}

function welcome(url: string, processes: string[]) {
  process.stdout.write(`
  Rufer is running as two processes. Open two windows and chat:

  Alice      ${url}/chat?userId=alice
  Bob        ${url}/chat?userId=bob
${processes.join('')}  Data       ${options.folder}, with the logs

`)
}

/** The servers first, so that they can tell their clients and store what they accepted. */
async function stop() {
  isStopping = true
  const [mongo, servers] = [children.filter(isMongo), children.filter((child) => !isMongo(child))]
  await Promise.all(servers.map((server) => server.stop()))
  await proxy?.close()
  await Promise.all(mongo.map((mongod) => mongod.stop()))
}

function isMongo({ name }: Child) {
  return name === 'mongod'
}
