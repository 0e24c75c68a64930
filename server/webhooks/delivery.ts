// One attempt to deliver an event: signed by the Standard Webhooks scheme, over a connection that goes where it may.
import { once } from 'node:events'
import * as http from 'node:http'
import * as https from 'node:https'
import { Webhook } from 'standardwebhooks'
import type { OutboxEvent } from '#rufer/server/store/outbox.ts'
import { lookupPublic, refusePrivateHost } from './addresses.ts'
import type { WebhookConfig } from './settings.ts'
import { toPayload } from './payload.ts'

export interface Delivery {
  /** Resolves once the event was taken. @throws Error whose message says why it was not */
  attempt: (event: OutboxEvent, signal: AbortSignal) => Promise<void>
  /** Lets its connections go. */
  close: () => void
}

/** Redirects are not followed: where events go is what the settings say. */
export function createDelivery(config: WebhookConfig): Delivery {
  const { isPrivateAllowed, timeoutMs, secrets } = config
  const url = new URL(config.url)
  const { Agent, request } = url.protocol === 'https:' ? https : http
  const agent = new Agent({ keepAlive: true })
  const signers = secrets.map((secret) => new Webhook(secret))
  const options = { method: 'POST', agent, ...(!isPrivateAllowed && { lookup: lookupPublic }) }

  async function post(body: string, sent: { headers: http.OutgoingHttpHeaders; signal: AbortSignal }) {
    const call = request(url, { ...options, ...sent })
    call.end(body)
    // the signal ends this, too: that a connection became another protocol's is told to nobody
    const [response]: http.IncomingMessage[] = await once(call, 'response', { signal: sent.signal })
    if (response) forget(response)
    return response?.statusCode ?? 0
  }

  return {
    async attempt(event, signal) {
      if (!isPrivateAllowed) refusePrivateHost(url.hostname)
      const body = toPayload(event.told)
      const headers = toHeaders(signers, event.id, body)
      const timeout = AbortSignal.timeout(timeoutMs)
      const status = await post(body, { headers, signal: AbortSignal.any([signal, timeout]) }).catch(
        (error) => {
          throw timeout.aborted ? new Error(`no answer within ${timeoutMs} ms`) : error
        },
      )
      if (status < 200 || status > 299) throw new Error(`answered ${status}`)
    },
    close: () => agent.destroy(),
  }
}

// --- Internal helpers ---

const MOST_SAID_BYTES = 65_536

/** What an answer says besides is read, for its connection to be used again; who says very much is not heard out. */
function forget(response: http.IncomingMessage) {
  let bytes = 0
  response.on('error', () => undefined)
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > MOST_SAID_BYTES) response.destroy()
  })
}

function toHeaders(signers: Webhook[], id: string, body: string): http.OutgoingHttpHeaders {
  const at = new Date()
  return {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'Rufer',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': signers.map((signer) => signer.sign(id, at, body)).join(' '),
  }
}
