// The contract of presence: when users were last seen, even where their process did not live to say so.
import { expect, test } from 'vitest'
import type { ChatStore } from '#rufer/server/store/port.ts'
import { at, engines, register } from './harness.ts'

test.each(engines)('who went offline was last seen then ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice', 'bob')
  expect(await lastSeen(store)).toBeNull()
  await store.putPresence({ userId: 'alice', isOnline: true, at: at(1) })
  expect(await lastSeen(store)).toBeNull()
  await store.putPresence({ userId: 'alice', isOnline: false, at: at(5) })
  expect(await lastSeen(store)).toBe(at(5))
  expect(await lastSeen(store, 'bob')).toBeNull()
})

test.each(engines)('who is online keeps when they were last seen before ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice')
  await store.putPresence({ userId: 'alice', isOnline: false, at: at(5) })
  await store.putPresence({ userId: 'alice', isOnline: true, at: at(9) })
  await store.renewLease(at(12))
  expect(await lastSeen(store)).toBe(at(5))
})

test.each(engines)('the presence of nobody is kept nowhere ($name)', async ({ open }) => {
  const { store } = await open()
  await store.putPresence({ userId: 'nobody', isOnline: true, at: at(1) })
  expect(await store.getUsers(['nobody'])).toEqual([])
})

test.each(engines)(
  'who was left online was last seen at the last renewal of the lease ($name)',
  async ({ open }) => {
    const { store, reopen } = await open()
    await register(store, 'alice', 'bob', 'carol')
    await store.putPresence({ userId: 'alice', isOnline: true, at: at(1) })
    await store.putPresence({ userId: 'bob', isOnline: true, at: at(1) })
    await store.putPresence({ userId: 'bob', isOnline: false, at: at(2) })
    await store.renewLease(at(10))
    await store.renewLease(at(20))
    await store.putPresence({ userId: 'carol', isOnline: true, at: at(25) })
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
    await store.putPresence({ userId: 'alice', isOnline: false, at: at(30) })
    await store.putPresence({ userId: 'alice', isOnline: true, at: at(20) })
    expect(await lastSeen(await reopen())).toBe(at(30))
  },
)

test.each(engines)('the next start leaves alone whom the last one settled ($name)', async ({ open }) => {
  const { store, reopen } = await open()
  await register(store, 'alice')
  await store.putPresence({ userId: 'alice', isOnline: true, at: at(1) })
  await store.renewLease(at(10))
  const second = await reopen()
  await second.renewLease(at(50))
  expect(await lastSeen(await reopen())).toBe(at(10))
})

async function lastSeen(store: ChatStore, userId = 'alice') {
  const [user] = await store.getUsers([userId])
  return user?.lastSeenAt
}
