// A back end that takes webhooks: a real HTTP server on loopback, which verifies signatures as integrators do.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { onTestFinished } from 'vitest'

const WEBHOOK_SECRET = `whsec_${Buffer.from('a secret of 32 bytes for a test.').toString('base64')}`

interface Received {
  id: string
  type: string
  timestamp: string
  data: {
    message?: { id: string; seq: number; text: string; conversationId: string }
    receipt?: { userId: string; readSeq: number }
    presence?: { userId: string; status: string }
  }
}

export interface Receiver {
  url: string
  /** all that came, in the order in which it came, doubles among it */
  received: Received[]
  /** how the next ones are answered; nothing at all where it is undefined */
  answerWith: (status: (received: Received) => number | undefined) => void
}

/** Starts it; what it was sent with another signature makes it fail. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  let statusOf: (one: Received) => number | undefined = taken
  const server = createServer((request, response) => void take(request, response))

  async function take(request: IncomingMessage, response: ServerResponse) {
    const body = Buffer.concat(await request.toArray()).toString()
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    )
    new Webhook(WEBHOOK_SECRET).verify(body, headers)
    const one: Received = { id: headers['webhook-id'] ?? '', ...JSON.parse(body) }
    received.push(one)
    const status = statusOf(one)
    if (status === undefined) return
    response.writeHead(status, { location: '/elsewhere' }).end()
  }

  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/hooks`, received, answerWith: (answer) => void (statusOf = answer) }
}

/** The settings of a server that sends to it, and tries again soon. */
export function webhooksTo({ url }: Pick<Receiver, 'url'>): Record<string, string> {
  return {
    RUFER_WEBHOOK_URL: url,
    RUFER_WEBHOOK_SECRET: WEBHOOK_SECRET,
    RUFER_WEBHOOK_PRIVATE: 'true',
    RUFER_WEBHOOK_RETRY_MS: '20',
  }
}

// --- Internal helpers ---

const taken = () => 204
