// Crashes: what was acknowledged survives a killed process; a torn log opens to a prefix, or is refused.
import { randomUUID } from 'node:crypto'
import { copyFile, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { checkFile } from '#rufer/server/store/sqlite/check.ts'
import { openStore } from '#rufer/server/store/open.ts'
import { openDatabase } from '#rufer/server/store/sqlite/database.ts'
import { makeFolder, openOnDatabase, startSender } from './harness.ts'
import { NOW } from './now.ts'

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

/** The same, killed as soon as its log is being moved into the database file. */
async function killAtCheckpoint(dataDir: string) {
  const sender = startSender(dataDir, 5_000)
  const { value: first = '' } = await sender.ids.next()
  const size = async () => (await stat(join(dataDir, 'rufer.db'))).size
  const before = await size()
  await vi.waitFor(async () => expect(await size()).toBeGreaterThan(before), { timeout: 60_000, interval: 1 })
  await sender.kill()
  return [first, ...(await Array.fromAsync(sender.ids))]
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

test(
  'a process killed amid checkpoints has lost none that it acknowledged',
  { timeout: 120_000 },
  async () => {
    const dataDir = await makeFolder()
    const acknowledged: string[] = []
    for (let kills = 0; kills < 4; kills++) {
      acknowledged.push(...(await killAtCheckpoint(dataDir)))
      const stored = new Set(await readWhole(dataDir))
      expect(acknowledged.filter((id) => !stored.has(id))).toEqual([])
    }
    const database = openDatabase(join(dataDir, 'rufer.db'))
    expect(database.get('PRAGMA integrity_check')?.text('integrity_check')).toBe('ok')
    database.close()
  },
)

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

test(
  'a log that lost its end after it was written back never opens to a mixture',
  { timeout: 60_000 },
  async () => {
    const { path, database, store } = await openOnDatabase()
    const ids = Array.from({ length: 30 }, (_, index) => `user-${index}`)
    await Promise.all(ids.map((userId) => store.putUser({ userId, displayName: userId }, NOW)))
    const send = (index: number) =>
      store.appendMessage({
        id: randomUUID(),
        senderId: ids[index % 30] ?? '',
        target: { userId: ids[(index + 1 + (index % 7)) % 30] ?? '' },
        text: 'hello',
        at: NOW,
      })
    await Promise.all(Array.from({ length: 5_000 }, (_, index) => send(index)))
    database.get('PRAGMA wal_checkpoint(TRUNCATE)')
    for (let index = 0; index < 10; index++) await send(index)
    database.get('PRAGMA wal_checkpoint(PASSIVE)')
    const walSize = (await stat(`${path}-wal`)).size
    const cuts = Array.from({ length: 25 }, (_, index) => Math.floor((walSize * (index + 0.5)) / 25))

    const outcomes = await Promise.all(cuts.map((size) => openTwice(path, size)))
    // the first ones leave no transaction whole, so the file is read by itself
    expect(outcomes[0]).toBe('opened')
    expect(outcomes.filter((outcome) => outcome !== 'opened').length).toBeGreaterThan(10)
  },
)

test('a file ahead of its log is refused, though every page of it is whole', async () => {
  const { path, database, store, conversationId } = await openOnDatabase()
  database.get('PRAGMA wal_checkpoint(TRUNCATE)')
  const send = () =>
    store.appendMessage({
      id: randomUUID(),
      senderId: 'alice',
      target: { conversationId },
      text: 'hi',
      at: NOW,
    })
  await send()
  const walSize = (await stat(`${path}-wal`)).size
  await send()
  database.get('PRAGMA wal_checkpoint(PASSIVE)')
  expect(await openTwice(path, walSize)).toBe('rufer.db is damaged (its log has lost its end)')
})

/** What becomes of a crash whose log is cut to a size: it keeps every rule of the data, or is refused as often as one tries. */
async function openTwice(path: string, walSize: number) {
  const dataDir = await makeFolder()
  const copy = join(dataDir, 'rufer.db')
  await copyFile(path, copy)
  await copyFile(`${path}-wal`, `${copy}-wal`)
  await truncate(`${copy}-wal`, walSize)
  const [first, second] = [await tryToOpen(dataDir), await tryToOpen(dataDir)]
  expect(second).toBe(first)
  const broken = first === 'opened' ? checkFile(copy).filter(({ faults }) => faults.length > 0) : []
  expect([...broken]).toEqual([])
  return first
}

async function tryToOpen(dataDir: string) {
  try {
    const store = await openStore({ dataDir, sqliteSync: 'normal' })
    await store.close()
    return 'opened'
  } catch (error) {
    const told = /; (rufer\.db is damaged \(.+\)): restore a backup with npm run restore$/.exec(String(error))
    return told?.[1] ?? String(error)
  }
}
