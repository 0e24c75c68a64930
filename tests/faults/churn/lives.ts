// The lives of connections that come and go: how each begins, what it does, and how it ends.
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { issueToken } from '#rufer/tests/helpers/api.ts'
import { newId } from '#rufer/tests/helpers/client.ts'
import type { TestServer } from '#rufer/tests/helpers/server.ts'
import { openTcp, tcpOf, upgradeHead } from '#rufer/tests/helpers/wire.ts'

interface Person {
  server: TestServer
  userId: string
  /** somebody to write to */
  peerId: string
  /** as a proxy in front tells it */
  address: string
}

/** Lives one life to its end; resolves with whether a session was opened. */
export type Life = (person: Person) => Promise<boolean>

export const lives: readonly Life[] = [
  (person) =>
    session(person, async (client) => {
      await client.ask('message.send', { id: newId(), userId: person.peerId, text: 'hello' })
      client.socket.close(1000)
    }),
  (person) =>
    session(person, async (client) => {
      const conversationId = await client.openConversation()
      await client.ask('typing.start', { conversationId })
      client.socket.terminate()
    }),
  (person) =>
    session(person, async (client) => {
      await client.ask('presence.watch', { userIds: [person.peerId] })
      await client.ask('conversation.list', {})
      tcpOf(client).resetAndDestroy()
    }),
  (person) => session(person, async ({ socket }) => socket.close(1000)),
  // the server ends it for what it says
  (person) => session(person, async ({ socket }) => socket.send('{}')),
  giveUpAmidUpgrade,
  beRefused,
]

// --- Internal helpers ---

interface Client {
  socket: WebSocket
  ask: (method: string, params: object) => Promise<Record<string, unknown>>
  openConversation: () => Promise<unknown>
}

/** Opens a session, does something with it, and waits until it is gone. */
async function session(person: Person, act: (client: Client) => Promise<void>) {
  const socket = openSocket(person, await issueToken(person.server, person.userId))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  // `session.started`
  await once(socket, 'message')
  await act(toClient(socket, person))
  await closed
  return true
}

function openSocket({ server, address }: Person, token: string) {
  const socket = new WebSocket(`${server.wsUrl}/ws`, ['rufer.v1', `rufer.token.${token}`], {
    headers: { 'x-forwarded-for': address },
  })
  return socket.on('error', () => {})
}

function toClient(socket: WebSocket, { peerId }: Person): Client {
  let lastId = 0
  function ask(method: string, params: object) {
    const id = ++lastId
    socket.send(JSON.stringify({ id, method, params }))
    return replyTo(socket, id)
  }
  return {
    socket,
    ask,
    async openConversation() {
      const { conversation } = await ask('conversation.open', { userId: peerId })
      return Object(conversation).id
    },
  }
}

/** The result of a request, past whatever events come before it. */
function replyTo(socket: WebSocket, id: number) {
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>()
  const lost = (code: number) => reject(new Error(`the connection was lost with ${code}`))
  function take(text: Buffer) {
    const frame = JSON.parse(String(text))
    if (frame.id !== id) return
    socket.off('message', take).off('close', lost)
    if (frame.error) reject(new Error(JSON.stringify(frame.error)))
    else resolve(frame.result)
  }
  socket.on('message', take).on('close', lost)
  return promise
}

async function giveUpAmidUpgrade({ server, userId, address }: Person) {
  const tcp = openTcp(server)
  const token = await issueToken(server, userId)
  tcp.on('error', () => {})
  await new Promise((resolve) =>
    tcp.write(upgradeHead({ token, headers: { 'X-Forwarded-For': address } }), resolve),
  )
  tcp.resetAndDestroy()
  return false
}

async function beRefused(person: Person) {
  const socket = openSocket(person, newId().replaceAll('-', '').padEnd(43, 'x'))
  const [, response] = await once(socket, 'unexpected-response')
  response.resume()
  await once(response, 'close')
  return false
}
