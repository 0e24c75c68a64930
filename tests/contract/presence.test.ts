// The contract of presence: when users were last seen, even where their process did not live to say so.
import { expect, onTestFinished, test } from 'vitest'
import type { ChatStore } from '#rufer/server/store/port.ts'
import { at, engines, register } from './harness.ts'

test.each(engines)('who went offline was last seen then ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice', 'bob')
  expect(await lastSeen(store)).toBeNull()
  await store.putPresences([{ userId: 'alice', isOnline: true, at: at(1) }])
  expect(await lastSeen(store)).toBeNull()
  await store.putPresences([{ userId: 'alice', isOnline: false, at: at(5) }])
  expect(await lastSeen(store)).toBe(at(5))
  expect(await lastSeen(store, 'bob')).toBeNull()
})

test.each(engines)('who is online keeps when they were last seen before ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice')
  await store.putPresences([{ userId: 'alice', isOnline: false, at: at(5) }])
  await store.putPresences([{ userId: 'alice', isOnline: true, at: at(9) }])
  await store.renewLease(at(12))
  expect(await lastSeen(store)).toBe(at(5))
})

test.each(engines)('of many at once every mark counts, in the order given ($name)', async ({ open }) => {
  const { store, reopen } = await open()
  const many = Array.from({ length: 2_500 }, (_, index) => `user-${index}`)
  await register(store, 'alice', 'bob', ...many)
  await store.putPresences([
    { userId: 'alice', isOnline: true, at: at(1) },
    { userId: 'bob', isOnline: false, at: at(2) },
    { userId: 'alice', isOnline: false, at: at(3) },
    { userId: 'bob', isOnline: true, at: at(4) },
    { userId: 'nobody', isOnline: true, at: at(5) },
    ...many.map((userId, index) => ({ userId, isOnline: false, at: at(index) })),
  ])
  await store.putPresences([])
  const seen = new Map((await store.getUsers(many)).map(({ userId, lastSeenAt }) => [userId, lastSeenAt]))
  expect(many.map((userId) => seen.get(userId))).toEqual(many.map((_, index) => at(index)))
  expect([await lastSeen(store), await lastSeen(store, 'bob')]).toEqual([at(3), at(2)])
  await store.renewLease(at(9))
  const reopened = await reopen()
  expect([await lastSeen(reopened), await lastSeen(reopened, 'bob')]).toEqual([at(3), at(9)])
})

test.each(engines)(
  'the feed tells who came online or went offline, and as it is stored ($name)',
  async ({ open }) => {
    const { store } = await open()
    await register(store, 'alice', 'bob')
    const take = watchPresences(store)
    await store.putPresences([mark('alice', true), mark('bob', false), mark('nobody', true)])
    expect(await take(1)).toEqual([online('alice')])
    expect(await areOnline(store)).toEqual({ alice: true, bob: false })

    // neither who was online already, nor who is so no more at the end, nor nobody at all
    await store.putPresences([])
    await store.putPresences([mark('alice', true), mark('bob', true), mark('bob', false)])
    await store.putPresences([mark('alice', true), mark('bob', true)])
    await store.putPresences([mark('alice', false), mark('bob', false), mark('bob', true)])
    expect(await take(2)).toEqual([online('bob'), { userId: 'alice', status: 'offline', lastSeenAt: at(1) }])
    expect(await areOnline(store)).toEqual({ alice: false, bob: true })

    await store.putPresences([mark('alice', true)])
    await store.putPresences([{ userId: 'alice', isOnline: false, at: at(7) }])
    const told = await take(2)
    expect(told).toEqual([online('alice'), { userId: 'alice', status: 'offline', lastSeenAt: at(7) }])
    expect(await lastSeen(store)).toBe(at(7))
  },
)

test.each(engines)(
  'a process that renews its lease is counted, and settles nobody alive ($name)',
  async ({ open }) => {
    const { store } = await open()
    await register(store, 'alice')
    await store.putPresences([mark('alice', true)])
    for (const ms of [1, 2]) expect(await store.renewLease(at(ms))).toEqual({ isRevived: false })
    expect(await areOnline(store)).toEqual({ alice: true })
    const pulse = { kind: 'pulse', processId: store.processId, at: at(2) } as const
    expect(await store.tell(pulse)).toBe(1)
  },
)

test.each(engines)('the presence of nobody is kept nowhere ($name)', async ({ open }) => {
  const { store } = await open()
  await store.putPresences([{ userId: 'nobody', isOnline: true, at: at(1) }])
  expect(await store.getUsers(['nobody'])).toEqual([])
})

test.each(engines)(
  'who was left online was last seen at the last renewal of the lease ($name)',
  async ({ open }) => {
    const { store, reopen } = await open()
    await register(store, 'alice', 'bob', 'carol')
    await store.putPresences([{ userId: 'alice', isOnline: true, at: at(1) }])
    await store.putPresences([{ userId: 'bob', isOnline: true, at: at(1) }])
    await store.putPresences([{ userId: 'bob', isOnline: false, at: at(2) }])
    await store.renewLease(at(10))
    await store.renewLease(at(20))
    await store.putPresences([{ userId: 'carol', isOnline: true, at: at(25) }])
    const reopened = await reopen()
    expect(await lastSeen(reopened, 'alice')).toBe(at(20))
    expect(await lastSeen(reopened, 'bob')).toBe(at(2))
    expect(await lastSeen(reopened, 'carol')).toBe(at(25))
  },
)

test.each(engines)(
  'who was left online is not seen earlier than is known already ($name)',
  async ({ open }) => {
    const { store, reopen } = await open()
    await register(store, 'alice')
    await store.renewLease(at(5))
    await store.putPresences([{ userId: 'alice', isOnline: false, at: at(30) }])
    await store.putPresences([{ userId: 'alice', isOnline: true, at: at(20) }])
    expect(await lastSeen(await reopen())).toBe(at(30))
  },
)

test.each(engines)('the next start leaves alone whom the last one settled ($name)', async ({ open }) => {
  const { store, reopen } = await open()
  await register(store, 'alice')
  await store.putPresences([{ userId: 'alice', isOnline: true, at: at(1) }])
  await store.renewLease(at(10))
  const second = await reopen()
  await second.renewLease(at(50))
  expect(await lastSeen(await reopen())).toBe(at(10))
})

function mark(userId: string, isOnline: boolean) {
  return { userId, isOnline, at: at(1) }
}

function online(userId: string) {
  return { userId, status: 'online', lastSeenAt: null }
}

/** Watches the feed from now on; gives the next so many presences that it tells. */
function watchPresences(store: ChatStore) {
  const abort = new AbortController()
  onTestFinished(() => abort.abort())
  const told = store.watch(abort.signal)[Symbol.asyncIterator]()
  return async (count: number) => {
    const items = await Promise.all(Array.from({ length: count }, () => told.next()))
    return items.map(({ value }) => (value?.kind === 'presence.changed' ? value.presence : value))
  }
}

async function areOnline(store: ChatStore) {
  const users = await store.getUsers(['alice', 'bob'])
  return Object.fromEntries(users.map(({ userId, isOnline }) => [userId, isOnline]))
}

async function lastSeen(store: ChatStore, userId = 'alice') {
  const [user] = await store.getUsers([userId])
  return user?.lastSeenAt
}
