// The storm: all servers are killed and started again, some clients write meanwhile, and everybody comes back at once.
import type { TestServer } from '#rufer/tests/helpers/server.ts'
import type { Fleet } from './fleet.ts'
import { untilDone } from './load.ts'

interface StormFigures {
  /** from the kill until the last server is ready again */
  downMs: number
  /** from then until every client has caught up and everything written meanwhile is delivered */
  levelMs: number
  written: number
  /** that were written meanwhile and never delivered */
  lost: number
}

/** One pair in five writes while nobody is there to take it. */
const WRITING_SHARE = 0.2

export async function raiseStorm(fleet: Fleet, servers: readonly TestServer[]): Promise<StormFigures> {
  const killedAt = performance.now()
  await Promise.all(servers.map((server) => server.signal('SIGKILL')))
  const written = Math.ceil(fleet.pairs * WRITING_SHARE)
  let delivered = 0
  for (let pair = 0; pair < written; pair++) void fleet.send(pair).delivered.then(() => delivered++)
  await Promise.all(servers.map((server) => server.restart()))
  const readyAt = performance.now()
  await fleet.untilLive()
  await untilDone(() => delivered === written)
  return {
    downMs: readyAt - killedAt,
    levelMs: performance.now() - readyAt,
    written,
    lost: written - delivered,
  }
}
