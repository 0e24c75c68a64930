// Connections that the server ends in the very moment in which something is asked over them.
import { channel } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { connect, createServer, Socket, type AddressInfo } from 'node:net'
import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { openMongoStore } from '#rufer/server/store/mongo/open.ts'
import { newDatabaseUri, skipWithoutMongo } from '#rufer/tests/helpers/mongo.ts'

skipWithoutMongo()

const at = '2026-01-01T00:00:00.000Z'

/** The database through a relay that ends all its connections in order, when it is told to. */
async function startRelay() {
  const uri = new URL(newDatabaseUri())
  const ends = new Set<() => void>()
  const relay = createServer((client) => {
    const server = connect(Number(uri.port), uri.hostname)
    client.on('error', () => server.destroy()).on('close', () => server.destroy())
    server.on('error', () => client.destroy()).on('close', () => client.destroy())
    client.pipe(server).pipe(client)
    ends.add(() => client.end())
  })
  relay.listen(0, '127.0.0.1')
  await once(relay, 'listening')
  onTestFinished(() => void relay.close())
  const { port } = relay.address() as AddressInfo
  const endAll = () => ends.forEach((end) => end())
  return { uri: `mongodb://127.0.0.1:${port}${uri.pathname}?directConnection=true`, port, endAll }
}

/** Calls back in the turn in which a socket to that port learns that the other side has ended it. */
function onEnded(port: number, listener: () => void) {
  const clients = channel('net.client.socket')
  const watch = (message: unknown) => {
    const socket: unknown = Reflect.get(Object(message), 'socket')
    if (!(socket instanceof Socket)) return
    socket.once('end', () => socket.remotePort === port && listener())
  }
  clients.subscribe(watch)
  onTestFinished(() => {
    clients.unsubscribe(watch)
  })
}

test(
  'messages of that moment are stored, and none keeps those that come later',
  { timeout: 60_000 },
  async () => {
    const relay = await startRelay()
    const sent: Promise<unknown>[] = []
    const say = () => {
      const draft = { id: randomUUID(), senderId: 'alice', target: { userId: 'bob' }, text: 'hello', at }
      return store.appendMessage(draft)
    }
    onEnded(relay.port, () => {
      if (sent.length < 10) sent.push(say())
    })
    const store = await openMongoStore(relay.uri)
    onTestFinished(() => store.close())
    for (const userId of ['alice', 'bob']) await store.putUser({ userId, displayName: userId }, at)
    expect(await say()).toMatchObject({ outcome: 'stored' })
    relay.endAll()
    await expect.poll(() => sent.length).toBeGreaterThan(0)
    for (const outcome of await Promise.all(sent)) expect(outcome).toMatchObject({ outcome: 'stored' })
    expect(await say()).toMatchObject({ outcome: 'stored' })
  },
)
