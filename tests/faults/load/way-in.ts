// The way in of a client: a token and a socket at one of several addresses; where one fails, the next is tried.
import { WebSocket } from 'ws'
import type { SessionToken } from '#rufer/client/connection.ts'
import { issueToken } from '#rufer/tests/helpers/api.ts'
import type { ServerAddress } from '#rufer/tests/helpers/server.ts'

export interface WayIn {
  getToken: (signal: AbortSignal) => Promise<SessionToken>
  /** opens sockets where the last token came from, whatever address it is given */
  WebSocket: new (url: string, protocols: string[]) => WebSocket
  /** The address failed: the next attempt is made at the next one. */
  goOn: () => void
}

interface WayInOptions {
  userId: string
  /** the first is tried first */
  addresses: readonly ServerAddress[]
  /** a socket is about to be opened with this token */
  onAttempt: (token: string) => void
}

export function createWayIn({ userId, addresses, onAttempt }: WayInOptions): WayIn {
  let index = 0
  const current = () => {
    const address = addresses[index % addresses.length]
    if (!address) throw new Error('unable to connect; there is no address')
    return address
  }
  const goOn = () => void index++

  return {
    goOn,
    async getToken(signal) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(TOKEN_MS)])
      try {
        return { token: await issueToken(current(), userId, limited) }
      } catch (error) {
        goOn()
        throw error
      }
    },
    WebSocket: class extends WebSocket {
      constructor(_url: string, protocols: string[]) {
        super(`${current().wsUrl}/ws`, protocols)
        onAttempt(protocols[1] ?? '')
      }
    },
  }
}

// --- Internal helpers ---

/** As a back end would, that has other servers to ask. */
const TOKEN_MS = 5_000
