// A cluster to be broken: three servers on a replica set of three members that elects quickly.
import { readMongo } from '#rufer/tests/faults/load/stored.ts'
import type { Stage } from '#rufer/tests/faults/trial/trial.ts'
import { UNHURRIED } from '#rufer/tests/helpers/people.ts'
import { startReplicaSet, type ReplicaSet } from '#rufer/tests/helpers/replica-set.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { openProxy, type TcpProxy } from '#rufer/tests/helpers/tcp-proxy.ts'

export interface Cluster extends Stage {
  set: ReplicaSet
  /** the database that all servers share */
  uri: string
  servers: [TestServer, TestServer, TestServer]
  /** between the last server and each member of the set */
  links: TcpProxy[]
  stop: () => Promise<void>
}

interface ClusterOptions {
  /** further arguments of every mongod */
  args?: string[]
  /** further settings of every server */
  env?: Record<string, string>
}

export async function startCluster({ args = [], env = {} }: ClusterOptions = {}): Promise<Cluster> {
  const settings = { electionTimeoutMillis: 2_000, catchUpTimeoutMillis: 2_000 }
  const set = await startReplicaSet({ members: 3, args, settings })
  const uri = set.uri.replace('/?', '/rufer?')
  const links = await Promise.all(set.members.map(({ host }) => openProxy(portOf(host))))
  const start = (more: Record<string, string> = {}) =>
    startServer({ env: { ...UNHURRIED, ...NO_TOKEN_LIMITS, ...env, ...more, MONGODB_URI: uri } })
  const started = await Promise.allSettled([start(), start(), start(rerouted(set, links))])
  const running = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))

  async function stop() {
    const stopped = await Promise.allSettled(running.map((server) => server.stop()))
    await Promise.all(links.map((link) => link.close()))
    await set.stop()
    for (const result of stopped) if (result.status === 'rejected') throw result.reason
  }

  const readStored = (conversationIds: readonly string[]) => readMongo(uri, conversationIds)
  const load = { stepsPerSecond: 60 }
  const [one, two, three] = running
  if (one && two && three) return { set, uri, servers: [one, two, three], links, readStored, load, stop }
  await stop()
  throw new Error('unable to start cluster; not every server became ready')
}

// --- Internal helpers ---

/** Whoever reconnects all the time needs many. */
const NO_TOKEN_LIMITS = { RUFER_LIMIT_TOKENS_PER_MINUTE: '0' }

/** Settings of a server that goes to the members over proxies: they tell it their own addresses, whatever it is given. */
function rerouted({ members }: ReplicaSet, links: TcpProxy[]) {
  return {
    NODE_OPTIONS: `--import=${import.meta.resolve('#rufer/tests/helpers/reroute.ts')}`,
    TEST_REROUTE: members.map(({ host }, index) => `${portOf(host)}=${links[index]?.port}`).join(','),
  }
}

function portOf(host: string): number {
  return Number(host.split(':')[1])
}
