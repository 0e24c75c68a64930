// Crashes: what was acknowledged survives a killed process, and a torn log opens to a prefix.
import { copyFile, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from '#rufer/server/store/open.ts'
import { makeFolder, startSender } from './harness.ts'

/** Kills a process amid its sends; tells which of them it had acknowledged. */
async function killSender(dataDir: string, afterIds: number) {
  const sender = startSender(dataDir)
  const acknowledged: string[] = []
  await takeIds(afterIds)
  await sender.kill()
  for await (const id of sender.ids) acknowledged.push(id)
  return acknowledged

  async function takeIds(count: number): Promise<void> {
    const { value, done } = await sender.ids.next()
    if (done) throw new Error('unable to send; the process ended by itself')
    acknowledged.push(value)
    if (count > 1) await takeIds(count - 1)
  }
}

/** Everything that a store holds of its one conversation, which must fit together. */
async function readWhole(dataDir: string) {
  const store = await openStore({ dataDir, sqliteSync: 'full' })
  const { conversations } = await store.listConversations({ userId: 'bob', limit: 1 })
  const { id: conversationId = '', seq = 0, rev = 0 } = conversations[0] ?? {}
  const { messages } = await store.listMessages({ conversationId, limit: 1_000_000 })
  await store.close()
  expect(messages.map((message) => message.seq)).toEqual(Array.from({ length: seq }, (_, index) => index + 1))
  expect(rev).toBe(seq)
  return messages.map(({ id }) => id)
}

test('a process killed amid sends has lost none that it acknowledged', { timeout: 30_000 }, async () => {
  const dataDir = await makeFolder()
  const acknowledged = await killSender(dataDir, 500)
  const stored = await readWhole(dataDir)
  expect(acknowledged.length).toBeGreaterThanOrEqual(500)
  expect(stored.filter((id) => acknowledged.includes(id))).toHaveLength(acknowledged.length)
})

test('a log whose end is torn opens to a prefix', { timeout: 30_000 }, async () => {
  const dataDir = await makeFolder()
  await killSender(dataDir, 100)
  const walSize = (await stat(join(dataDir, 'rufer.db-wal'))).size
  const cuts = [0, 1, 100, 4_096, 30_000, 100_001, Math.floor(walSize / 2)]
  const stored = await Promise.all(cuts.map((cut) => readTorn(dataDir, walSize - cut)))
  const [whole = [], ...prefixes] = stored
  for (const prefix of prefixes) expect(prefix).toEqual(whole.slice(0, prefix.length))
  expect(stored.map(({ length }) => length)).toEqual(
    stored.map(({ length }) => length).toSorted((a, b) => b - a),
  )
  expect(stored.at(-1)?.length).toBeLessThan(whole.length)
})

async function readTorn(dataDir: string, walSize: number) {
  const copy = await makeFolder()
  await copyFile(join(dataDir, 'rufer.db'), join(copy, 'rufer.db'))
  await copyFile(join(dataDir, 'rufer.db-wal'), join(copy, 'rufer.db-wal'))
  await truncate(join(copy, 'rufer.db-wal'), walSize)
  return readWhole(copy)
}
