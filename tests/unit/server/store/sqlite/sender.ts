// A process of its own: sends messages to the store in the folder it is told, their texts filled up to a length, and prints
// the id of every stored one.
import { randomUUID } from 'node:crypto'
import { openStore } from '#rufer/server/store/open.ts'
import { NOW } from './now.ts'

const [dataDir = '', length = '0'] = process.argv.slice(2)
const store = await openStore({ dataDir, sqliteSync: 'full' })
await store.putUser({ userId: 'alice', displayName: 'Alice' }, NOW)
await store.putUser({ userId: 'bob', displayName: 'Bob' }, NOW)
for (let sender = 0; sender < 20; sender++) void sendOn()

async function sendOn(): Promise<void> {
  const id = randomUUID()
  await store.appendMessage({
    id,
    senderId: 'alice',
    target: { userId: 'bob' },
    text: id.padEnd(Number(length)),
    at: NOW,
  })
  process.stdout.write(`${id}\n`)
  setImmediate(() => void sendOn())
}
