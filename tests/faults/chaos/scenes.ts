// Scenes: what chaos takes place on, and what can be broken there, each as often as its weight says.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { checkFile } from '#rufer/server/store/sqlite/check.ts'
import { DATABASE } from '#rufer/server/store/sqlite/files.ts'
import { startCluster } from '#rufer/tests/faults/cluster/cluster.ts'
import { startStage } from '#rufer/tests/faults/embedded/stage.ts'
import { pick } from '#rufer/tests/faults/load/random.ts'
import { sendManyTimes } from '#rufer/tests/faults/trial/eager.ts'
import { canErase, eraseSomebody } from '#rufer/tests/faults/trial/erasure.ts'
import { stopReading } from '#rufer/tests/faults/trial/slow-reader.ts'
import type { Stage, Trial } from '#rufer/tests/faults/trial/trial.ts'
import { METRICS_TOKEN } from '#rufer/tests/helpers/metrics.ts'
import type { TestServer } from '#rufer/tests/helpers/server.ts'
import type { TcpProxy } from '#rufer/tests/helpers/tcp-proxy.ts'
import { setTimeout as pause } from 'node:timers/promises'

const engines = ['embedded', 'mongo'] as const
type Engine = (typeof engines)[number]

/** Something that breaks, and is whole again when it resolves. */
export interface Act {
  name: string
  weight: number
  /** @default always */
  canRun?: (trial: Trial) => boolean
  run: (trial: Trial) => Promise<unknown>
}

export interface Scene {
  stage: Stage
  /** that the scene carries */
  stepsPerSecond: number
  acts: Act[]
  /** What is wrong with the store in the end. */
  findDamage: () => string[]
  stop: () => Promise<void>
}

export function isEngine(name: string): name is Engine {
  return engines.some((engine) => engine === name)
}

export function openScene(engine: Engine): Promise<Scene> {
  return engine === 'mongo' ? openOnMongo() : openEmbedded()
}

// --- Internal helpers ---

async function openEmbedded(): Promise<Scene> {
  const stage = await startStage({ env: QUIET })
  const { server, link, stop } = stage
  return {
    stage,
    stepsPerSecond: 500,
    acts: [
      { name: 'kill -9 of the server', weight: 12, run: (trial) => killServer(trial, server) },
      { name: 'drop of all connections', weight: 2, run: ({ random }) => dropAll(link, random) },
      { name: 'bad network', weight: 1, run: ({ random }) => degrade(link, random) },
      ...erasures([server], (trial) => killServer(trial, server)),
      ...misuses(server),
    ],
    findDamage() {
      const file = join(server.dataDir, DATABASE)
      if (!existsSync(file)) return [`there is no file ${file}`]
      return [...checkFile(file)].flatMap(({ faults }) => faults)
    },
    stop,
  }
}

async function openOnMongo(): Promise<Scene> {
  const cluster = await startCluster({ env: QUIET })
  const { set, servers, links, stop } = cluster
  return {
    stage: cluster,
    stepsPerSecond: 60,
    acts: [
      {
        name: 'kill -9 of the primary',
        weight: 8,
        async run() {
          const primary = await set.primary()
          await set.signal(primary, 'SIGKILL')
          await set.primary()
          await set.start(primary)
        },
      },
      {
        name: 'step-down of the primary',
        weight: 2,
        run: () => set.stepDown(),
      },
      {
        name: 'kill -9 of a server',
        weight: 5,
        run: (trial) => killOne(trial, servers),
      },
      {
        name: 'server cut off from the database',
        weight: 1,
        run: ({ random }) => Promise.all(links.map((link) => dropAll(link, random))),
      },
      ...erasures(servers, (trial) => killOne(trial, servers)),
      ...misuses(servers[0]),
    ],
    findDamage: () => [],
    stop,
  }
}

/** About as long as an erasure takes. */
const AMID_MS = 300

/** Hours of a server that says everything are much to keep. */
const QUIET = { RUFER_LOG_LEVEL: 'warn', RUFER_METRICS_TOKEN: METRICS_TOKEN }

async function killServer({ end, restart }: Trial, server: TestServer) {
  await end(server, 'SIGKILL')
  await restart(server)
}

async function killOne(trial: Trial, servers: readonly TestServer[]) {
  const server = pick(servers, trial.random())
  if (server) await killServer(trial, server)
}

/** A user is erased while all is well, or while a server is killed that may be about it. */
function erasures(servers: readonly TestServer[], kill: (trial: Trial) => Promise<unknown>): Act[] {
  return [
    {
      name: 'erasure of a user',
      weight: 2,
      canRun: canErase,
      run: (trial) => eraseSomebody(servers, trial),
    },
    {
      name: 'kill -9 amid an erasure',
      weight: 3,
      canRun: canErase,
      async run(trial) {
        const waitMs = trial.random() * AMID_MS
        await eraseSomebody(servers, trial, async () => {
          await pause(waitMs)
          await kill(trial)
        })
      },
    },
  ]
}

async function dropAll(link: TcpProxy, random: () => number) {
  link.cut()
  await pause(random() * 2_000)
  link.restore()
}

async function degrade(link: TcpProxy, random: () => number) {
  link.degrade({ latencyMs: 100 * random(), jitterMs: 100 * random(), sliceBytes: 50 }, random)
  await pause(3_000)
  link.degrade(undefined, random)
}

/** What clients do that should not; none of it keeps the next act waiting for long. */
function misuses(server: TestServer): Act[] {
  return [
    { name: 'message sent many times', weight: 3, run: (trial) => sendManyTimes(server, trial) },
    {
      name: 'slow reader',
      weight: 1,
      // cut by the server, or with it
      run: async () => void stopReading(server, 1).catch(() => undefined),
    },
  ]
}
