// A server that runs somewhere already, for npm run conformance: tested over its sockets and its API alone.
import { randomBytes } from 'node:crypto'
import { TestRunner } from 'vitest'
import type { TestServer } from './server.ts'

/** Where it is and the key of its API; undefined for tests of servers of their own. */
export const outside = toOutside(process.env)

/** Sets the users of one file and one run apart from all others that such a server knows. */
export const RUN = outside ? `${randomBytes(4).toString('hex')}-` : ''

/** That server; a test that wants more of it than a client can is skipped. */
export function openOutside({ url, wsUrl }: { url: string; wsUrl: string }): TestServer {
  const address = { url, wsUrl }
  return {
    ...address,
    processes: [address],
    get dataDir() {
      return skip()
    },
    get mongodbUri() {
      return skip()
    },
    get process() {
      return skip()
    },
    output: skip,
    log: skip,
    signal: skip,
    restart: skip,
    stop: async () => {},
  }
}

// --- Internal helpers ---

function toOutside(env: NodeJS.ProcessEnv) {
  const { RUFER_CONFORMANCE_URL: url, RUFER_CONFORMANCE_WS_URL: wsUrl, RUFER_CONFORMANCE_KEY: key } = env
  return url && wsUrl && key ? { url, wsUrl, key } : undefined
}

function skip(): never {
  const test = TestRunner.getCurrentTest()
  if (test) test.context.skip('needs a server of its own')
  throw new Error('this cannot be had of a server outside')
}
