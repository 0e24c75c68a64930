// Presence of very many users at once, and with a store that fails: all of it is stored, in order.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '#rufer/server/clock.ts'
import { createCounters } from '#rufer/server/counters.ts'
import { createPresenceService } from '#rufer/server/services/presence.ts'
import { StoreError, type ChatStore, type PresenceMark } from '#rufer/server/store/port.ts'
import { openSqliteStore } from '#rufer/server/store/sqlite/open.ts'
import { makeFolder } from '../store/sqlite/harness.ts'

/** More than an engine lets wait. */
const MANY = Array.from({ length: 10_500 }, (_, index) => `user-${index}`)

test('more than 10,000 users who leave at once were all last seen', { timeout: 60_000 }, async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const store = await openStoreOfMany()
  const { presence, counters } = createService(store)
  for (const userId of MANY) presence.connected(userId)
  for (const userId of MANY) presence.disconnected(userId)
  vi.advanceTimersByTime(1_000)
  await expect.poll(() => countSeen(store), { timeout: 30_000 }).toBe(MANY.length)
  expect(await counters.all()).toEqual({})
})

test('more than 10,000 users who are there at the end were last seen then', { timeout: 60_000 }, async () => {
  const store = await openStoreOfMany()
  const { presence, counters } = createService(store)
  for (const userId of MANY) presence.connected(userId)
  await presence.close()
  expect(await countSeen(store)).toBe(MANY.length)
  expect(await counters.all()).toEqual({})
})

test('what changes in one turn is one write, the next waits for it, and no write is without bounds', async () => {
  const { writes, presence, release } = createScripted()
  for (const userId of MANY.slice(0, 2_500)) presence.connected(userId)
  await nextTurn()
  expect(writes.map(({ length }) => length)).toEqual([1_000])
  await release()
  await release()
  expect(writes.map(({ length }) => length)).toEqual([1_000, 1_000, 500])
  expect(writes.flat().map(({ userId }) => userId)).toEqual(MANY.slice(0, 2_500))
})

test('who comes back while leaving is stored is stored as online after it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { writes, presence, release } = createScripted()
  presence.connected('alice')
  await nextTurn()
  presence.disconnected('alice')
  vi.advanceTimersByTime(1_000)
  await release()
  presence.connected('alice')
  await release()
  expect(writes.flat()).toMatchObject([
    { userId: 'alice', isOnline: true },
    { userId: 'alice', isOnline: false },
    { userId: 'alice', isOnline: true },
  ])
})

test('what the store cannot take is counted and given to it again, with all that came since', async () => {
  const { writes, presence, release, counters } = createScripted()
  presence.connected('alice')
  await nextTurn()
  await release(new StoreError('store-unavailable'))
  presence.connected('bob')
  await expect.poll(() => writes.length, { timeout: 5_000 }).toBe(2)
  expect(writes[1]).toMatchObject([{ userId: 'alice' }, { userId: 'bob' }])
  expect(await counters.all()).toEqual({ 'dropped:presence-not-stored': 1 })
})

test('what no store could take is given up, and holds nothing else up', async () => {
  const { writes, presence, release, counters } = createScripted()
  presence.connected('alice')
  await nextTurn()
  presence.connected('bob')
  await release(new Error('nonsense'))
  expect(writes[1]).toMatchObject([{ userId: 'bob' }])
  expect(await counters.all()).toEqual({ 'dropped:presence-not-stored': 1 })
})

test('the end waits for no store that cannot be used: everything is tried once more', async () => {
  const { writes, presence, release } = createScripted()
  presence.connected('alice')
  await nextTurn()
  await release(new StoreError('store-unavailable'))
  const closed = presence.close()
  await nextTurn()
  expect(writes[1]).toMatchObject([
    { userId: 'alice', isOnline: true },
    { userId: 'alice', isOnline: false },
  ])
  await release(new StoreError('store-unavailable'))
  await closed
  expect(writes).toHaveLength(2)
})

// --- Internal helpers ---

async function openStoreOfMany() {
  const store = await openSqliteStore({ dataDir: await makeFolder(), sqliteSync: 'normal' })
  onTestFinished(() => store.close())
  for (let from = 0; from < MANY.length; from += 5_000) {
    await Promise.all(
      MANY.slice(from, from + 5_000).map((userId) =>
        store.putUser({ userId, displayName: userId }, systemClock.instant()),
      ),
    )
  }
  return store
}

async function countSeen(store: ChatStore) {
  return (await store.getUsers(MANY)).filter(({ lastSeenAt }) => lastSeenAt !== null).length
}

function createService(store: Pick<ChatStore, 'putPresences'>) {
  const counters = createCounters()
  const presence = createPresenceService({
    store: store as ChatStore,
    clock: systemClock,
    counters,
    log: pino({ level: 'silent' }),
  })
  return { presence, counters }
}

/** A service whose store keeps each write under way until it is released, or fails it. */
function createScripted() {
  const writes: PresenceMark[][] = []
  let underWay = Promise.withResolvers<void>()
  const service = createService({
    putPresences: (marks) => {
      writes.push(marks)
      underWay = Promise.withResolvers()
      return underWay.promise
    },
  })
  const release = async (error?: Error) => {
    if (error) underWay.reject(error)
    else underWay.resolve()
    await nextTurn()
    await nextTurn()
  }
  return { ...service, writes, release }
}
