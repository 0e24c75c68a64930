// A stage on the embedded engine: one server with data of its own, which the cast reaches over a network that can be bad.
import { readSqlite } from '#rufer/tests/faults/load/stored.ts'
import type { LoadSize, Stage } from '#rufer/tests/faults/trial/trial.ts'
import { METRICS_TOKEN } from '#rufer/tests/helpers/metrics.ts'
import { UNHURRIED } from '#rufer/tests/helpers/people.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { openProxy, throughProxy, type TcpProxy } from '#rufer/tests/helpers/tcp-proxy.ts'

export interface EmbeddedStage extends Stage {
  server: TestServer
  /** between the cast and the server */
  link: TcpProxy
  stop: () => Promise<void>
}

interface StageOptions {
  /** further settings of the server */
  env?: Record<string, string>
  load?: Partial<LoadSize>
}

export async function startStage({ env = {}, load = {} }: StageOptions = {}): Promise<EmbeddedStage> {
  const settings = { ...UNHURRIED, ...WITHOUT_TOKEN_LIMITS, RUFER_METRICS_TOKEN: METRICS_TOKEN, ...env }
  const server = await startServer({ env: settings })
  const link = await openProxy(Number(new URL(server.url).port))
  return {
    server,
    servers: [server],
    link,
    addresses: [throughProxy(link)],
    readStored: async (conversationIds) => readSqlite(server.dataDir, conversationIds),
    load: { stepsPerSecond: 80, ...load },
    async stop() {
      await link.close()
      await server.stop()
    },
  }
}

// --- Internal helpers ---

/** Whoever reconnects all the time needs many. */
const WITHOUT_TOKEN_LIMITS = { RUFER_LIMIT_TOKENS_PER_MINUTE: '0', RUFER_LIMIT_UNUSED_TOKENS: '0' }
