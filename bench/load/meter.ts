// CPU while something is measured, as shares of one core: of what serves, of the load itself, and of all other programs.
import type { Figures } from '#rufer/bench/figures.ts'
import { cpuMsOf, cpuMsOfAll } from './cpu.ts'

/** What is measured. */
export interface Served {
  /** of the server */
  pids: number[]
  database?: DatabaseAddress
}

/** The mongod under a server. */
interface DatabaseAddress {
  pid: number
  uri: string
}

/** Reads now, and gives what was used since once it is called. */
export function startMeter({ pids, database }: Served): () => Figures {
  const startedAt = performance.now()
  const before = read()

  function read() {
    const { user, system } = process.cpuUsage()
    return {
      generator: (user + system) / 1000,
      server: cpuMsOf(pids),
      database: database ? cpuMsOf([database.pid]) : 0,
      all: cpuMsOfAll(),
    }
  }

  return () => {
    const elapsedMs = performance.now() - startedAt
    const now = read()
    const share = (later: number | null, earlier: number | null) =>
      later === null || earlier === null ? null : (later - earlier) / elapsedMs
    const [server, stored] = [share(now.server, before.server), share(now.database, before.database)]
    const generator = (now.generator - before.generator) / elapsedMs
    const all = (now.all - before.all) / elapsedMs
    return {
      serverCpu: server,
      ...(database && { databaseCpu: stored }),
      generatorCpu: generator,
      // systems count the whole in coarser steps than the parts
      othersCpu: server === null || stored === null ? null : Math.max(0, all - generator - server - stored),
    }
  }
}
