// Faults under a running store: a full disk, a lock that another process holds, a page that cannot be read.
import { randomUUID } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { StoreError, type ChatStore } from '#rufer/server/store/port.ts'
import { createDurability } from '#rufer/server/store/sqlite/durability.ts'
import { createFeed } from '#rufer/server/store/sqlite/feed.ts'
import { openOnDatabase } from './harness.ts'
import { NOW } from './now.ts'

const unavailable = { name: 'StoreError', code: 'store-unavailable', cause: expect.any(Error) }

/** Sends some messages at once; tells which ids were stored and which were refused, and why. */
async function sendMany(store: ChatStore, count: number) {
  const ids = Array.from({ length: count }, () => randomUUID())
  const outcomes = await Promise.allSettled(
    ids.map((id) =>
      store.appendMessage({
        id,
        senderId: 'alice',
        target: { userId: 'bob' },
        text: 'x'.repeat(5_000),
        at: NOW,
      }),
    ),
  )
  return {
    stored: ids.filter((_, index) => outcomes[index]?.status === 'fulfilled'),
    refused: ids.filter((_, index) => outcomes[index]?.status === 'rejected'),
    reasons: outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : [])),
  }
}

async function expectWhole(store: ChatStore, conversationId: string, ids: string[]) {
  const { messages } = await store.listMessages({ conversationId, limit: 1_000 })
  expect(messages.map(({ id }) => id)).toEqual(ids)
  const { conversations } = await store.getConversations({ ids: [conversationId] })
  expect(conversations).toMatchObject([{ seq: ids.length, rev: ids.length }])
}

test('a full disk refuses the batch, keeps reads, and is over when there is room again', async () => {
  const { database, store, conversationId } = await openOnDatabase()
  const first = await sendMany(store, 10)
  const pages = database.get('PRAGMA page_count')?.number('page_count') ?? 0
  database.get(`PRAGMA max_page_count = ${pages + 20}`)
  const full = await sendMany(store, 50)
  expect(full.stored).toEqual([])
  expect(full.reasons).toMatchObject(full.refused.map(() => unavailable))
  expect(full.reasons[0]).toMatchObject({ cause: { errcode: 13 } })
  expect(database.isTransaction).toBe(false)
  await expectWhole(store, conversationId, first.stored)
  database.get('PRAGMA max_page_count = 1000000')
  const later = await sendMany(store, 50)
  await expectWhole(store, conversationId, [...first.stored, ...later.stored])
  expect(later.refused).toEqual([])
})

test(
  'a lock that is kept refuses without stopping the process, and ends by itself',
  { timeout: 30_000 },
  async () => {
    const { path, store, conversationId } = await openOnDatabase()
    const other = new DatabaseSync(path)
    onTestFinished(() => other.close())
    other.exec('BEGIN IMMEDIATE')
    let turns = 0
    const ticking = setInterval(() => turns++, 1)
    const refused = await sendMany(store, 3)
    clearInterval(ticking)
    expect(refused.reasons).toMatchObject([unavailable, unavailable, unavailable])
    expect(turns).toBeGreaterThan(10)
    await expectWhole(store, conversationId, [])
    other.exec('ROLLBACK')
    await expectWhole(store, conversationId, (await sendMany(store, 3)).stored)
  },
)

test('a lock that is let go soon is waited for', async () => {
  const { path, store, conversationId } = await openOnDatabase()
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  setTimeout(() => other.close(), 300)
  const { stored, refused } = await sendMany(store, 3)
  expect(refused).toEqual([])
  await expectWhole(store, conversationId, stored)
})

test('an operation that breaks a rule of the tables takes nobody else with it', async () => {
  const { store, conversationId } = await openOnDatabase()
  const send = (text: string) =>
    store.appendMessage({ id: randomUUID(), senderId: 'alice', target: { conversationId }, text, at: NOW })
  const outcomes = await Promise.allSettled([send('one'), send(JSON.parse('null')), send('two')])
  expect(outcomes).toMatchObject([
    { value: { outcome: 'stored', message: { seq: 1, rev: 1 } } },
    { status: 'rejected', reason: { message: 'NOT NULL constraint failed: messages.text' } },
    { value: { outcome: 'stored', message: { seq: 2, rev: 2 } } },
  ])
  expect(outcomes[1]).not.toMatchObject({ reason: expect.any(StoreError) })
  const { messages } = await store.listMessages({ conversationId, limit: 9 })
  expect(messages.map(({ text }) => text)).toEqual(['one', 'two'])
})

test('what fails inside the database names its cause, and only the store-wide is StoreError', async () => {
  const { database, store } = await openOnDatabase()
  database.exec('ALTER TABLE messages RENAME TO lost')
  const [missing] = await Promise.allSettled([store.getMessage('x')])
  expect(missing).toMatchObject({
    status: 'rejected',
    reason: { message: expect.stringContaining('no such table') },
  })
  expect(missing).not.toMatchObject({ reason: expect.any(StoreError) })
})

test('a feed that cannot be read for a moment goes on where it was', async () => {
  const { database, store } = await openOnDatabase()
  let failures = 3
  const failing = Object.create(database, {
    each: {
      value: (...query: Parameters<typeof database.each>) => {
        if (failures-- > 0) throw Object.assign(new Error('disk I/O error'), { errcode: 10 })
        return database.each(...query)
      },
    },
  })
  const abort = new AbortController()
  const changes = createFeed(failing, createDurability(database)).watch(abort.signal)[Symbol.asyncIterator]()
  const { stored } = await sendMany(store, 1)
  expect(await changes.next()).toMatchObject({ value: { message: { id: stored[0] } } })
  expect(failures).toBeLessThan(0)
  abort.abort()
})

test('closing a store ends a watch that waits with an error', async () => {
  const { store } = await openOnDatabase()
  const waiting = store.watch(new AbortController().signal)[Symbol.asyncIterator]().next()
  const [ended] = await Promise.allSettled([waiting, store.close()])
  expect(ended).toEqual({ status: 'rejected', reason: new StoreError('store-unavailable') })
})
