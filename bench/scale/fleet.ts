// The fleet: very many real clients, two and two in a conversation, that tell what is delivered to them.
import { v7 } from 'uuid'
import { WebSocket } from 'ws'
import { ChatClient } from '#rufer/client/chat-client.ts'
import { inParallel } from '#rufer/bench/in-parallel.ts'
import type { ServerAddress } from '#rufer/tests/helpers/server.ts'
import { until } from '#rufer/tests/helpers/until.ts'
import { getToken, registerUser } from './back-end.ts'

export interface Fleet {
  pairs: number
  /** Sends from one of a pair to the other, at once or as soon as it can; settled when it is answered and delivered. */
  send: (pair: number) => { answered: Promise<void>; delivered: Promise<void> }
  /** Waits until every client has caught up. */
  untilLive: () => Promise<void>
  close: () => void
}

/** Registers, connects, and opens the conversation of each pair, whose two are on different servers where there are some. */
export async function gatherFleet(servers: readonly ServerAddress[], size: number): Promise<Fleet> {
  const awaited = new Map<string, () => void>()
  const clients = Array.from({ length: size }, (_, index) => createClient(servers, index))
  await inParallel({ count: size, atOnce: AT_ONCE }, (index) =>
    registerUser(serverOf(servers, index), nameOf(index)),
  )
  const conversationIds: string[] = []
  await inParallel({ count: size, atOnce: AT_ONCE }, async (index) => {
    const client = clientOf(clients, index)
    client.connect()
    await untilLive([client])
    const peer = index % 2 ? index - 1 : index + 1
    const { id } = await client.openConversation(nameOf(peer))
    await client.watchPresence([nameOf(peer)])
    conversationIds[Math.floor(index / 2)] = id
    client.on('message.created', ({ message }) => {
      // each hears its own messages, too
      if (message.senderId !== nameOf(index)) awaited.get(message.id)?.()
    })
  })

  return {
    pairs: size / 2,
    send(pair) {
      const id = v7()
      const conversationId = conversationIds[pair] ?? ''
      const delivered = new Promise<void>((resolve) => awaited.set(id, resolve))
      const client = clientOf(clients, pair * 2 + (pair % 2))
      const answered = client.sendMessage({ id, conversationId, text: TEXT })
      return {
        answered: answered.then(() => undefined),
        delivered: delivered.finally(() => awaited.delete(id)),
      }
    },
    untilLive: () => untilLive(clients),
    close: () => clients.forEach((client) => client.close()),
  }
}

// --- Internal helpers ---

const AT_ONCE = 50
const LIVE_MS = 300_000
const TEXT =
  'A message as people write them: a sentence or two, and no more than fits on two lines of a phone.'

function createClient(servers: readonly ServerAddress[], index: number): ChatClient {
  const server = serverOf(servers, index)
  return new ChatClient({
    url: `${server.wsUrl}/ws`,
    getToken: async () => ({ token: await getToken(server, nameOf(index)) }),
    WebSocket: LightSocket,
  })
}

/** Asks nothing of the machine that it does not need. */
class LightSocket extends WebSocket {
  constructor(url: string, protocols: string[]) {
    super(url, protocols, { perMessageDeflate: false, skipUTF8Validation: true })
  }
}

async function untilLive(clients: readonly ChatClient[]) {
  await until({ what: 'all clients are live', timeoutMs: LIVE_MS, everyMs: 20 }, () => {
    const away = clients.filter(({ status }) => status.state !== 'live').length
    return away > 0 ? `${away} are not` : undefined
  })
}

function serverOf(servers: readonly ServerAddress[], index: number): ServerAddress {
  const server = servers[index % servers.length]
  if (!server) throw new Error('unable to connect; there is no server')
  return server
}

function clientOf(clients: readonly ChatClient[], index: number): ChatClient {
  const client = clients[index]
  if (!client) throw new Error(`unable to send; there is no client ${index}`)
  return client
}

function nameOf(index: number) {
  return `user-${index}`
}
