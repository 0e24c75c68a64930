// Conversations with a long history, written quickly.
import { once } from 'node:events'
import { issueToken } from './api.ts'
import { connect, newId, openSocket, type TestClient } from './client.ts'
import { registerNew, UNHURRIED } from './people.ts'
import type { TestServer } from './server.ts'

/** Settings of a server that takes a history without delay, and survives no loss of power. */
export const HASTY = { ...UNHURRIED, RUFER_SQLITE_SYNC: 'normal' }

/** Alice wrote everything, and Bob has read nothing. */
export interface History {
  alice: string
  bob: TestClient
  conversationId: string
}

/** Two people whose conversation holds so many messages, all by Alice. */
export async function writeHistory(server: TestServer, count: number): Promise<History> {
  const [alice, bob] = [await registerNew(server, 'alice'), await registerNew(server, 'bob')]
  const shares = Array.from({ length: WRITERS }, (_, index) => Math.floor((count + index) / WRITERS))
  await Promise.all(shares.map((share) => write(server, { from: alice, to: bob, count: share })))
  const client = await connect(server, bob)
  const { conversation } = await client.request('conversation.open', { userId: alice })
  return { alice, bob: client, conversationId: conversation.id }
}

// --- Internal helpers ---

const WRITERS = 4
/** Requests that wait on one connection; the server reads no further than that. */
const AT_ONCE = 60

interface Share {
  from: string
  to: string
  count: number
}

/** Over a connection that keeps nothing of what comes: the test client remembers every frame. */
async function write(server: TestServer, { from, to, count }: Share): Promise<void> {
  const socket = openSocket(server, await issueToken(server, from))
  await once(socket, 'open')
  let [sent, replied] = [0, 0]
  const next = () => {
    if (sent === count) return
    // Of one line or several, as messages are.
    const text = `message ${++sent}${' and so on'.repeat((sent * 7) % 30)}`
    const params = { id: newId(), userId: to, text }
    socket.send(JSON.stringify({ id: sent, method: 'message.send', params }))
  }
  await new Promise<void>((resolve, reject) => {
    socket.on('message', (data: Buffer) => {
      const frame: { id?: number; error?: { message: string } } = JSON.parse(data.toString())
      if (frame.error) reject(new Error(frame.error.message))
      if (frame.id === undefined) return
      next()
      if (++replied === count) resolve()
    })
    for (let index = 0; index < AT_ONCE; index++) next()
    if (count === 0) resolve()
  })
  socket.close(1000)
}
