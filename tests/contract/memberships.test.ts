// The contract of memberships: a user's conversations by id, page by page, whatever is said meanwhile.
import { expect, test } from 'vitest'
import { at, engines, openDirect, readPages, register, send } from './harness.ts'

test.each(engines)('a user nobody talks to is in none ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice')
  expect(await store.duties.listMemberships({ userId: 'alice', limit: 9 })).toEqual({
    ids: [],
    hasMore: false,
  })
  expect(await store.duties.countMemberships('alice')).toBe(0)
})

test.each(engines)('everyone in a conversation is told, in order ($name)', async ({ open }) => {
  const { store } = await open()
  const id = await openDirect(store, ['bob', 'alice'])
  await openDirect(store, ['alice', 'carol'])
  await send(store, { target: { userId: 'bob' } })
  expect(await store.getMemberIds(id)).toEqual(['alice', 'bob'])
  await store.duties.beginErasure('alice', at(2))
  expect(await store.getMemberIds(id)).toEqual(['alice', 'bob'])
  expect(await store.getMemberIds('none')).toEqual([])
})

test.each(engines)(
  'each is told once, though all of them are written to meanwhile ($name)',
  async ({ open }) => {
    const { store } = await open()
    const peers = Array.from({ length: 7 }, (_, index) => `peer-${index}`)
    const ids = await Promise.all(peers.map((peer) => openDirect(store, ['alice', peer])))
    await openDirect(store, ['bob', 'carol'])
    const found: string[] = []
    const next = async () => {
      const afterId = found.at(-1)
      await Promise.all(peers.map((userId) => send(store, { target: { userId } })))
      return store.duties.listMemberships({
        userId: 'alice',
        limit: 2,
        ...(afterId !== undefined && { afterId }),
      })
    }
    await readPages(next, (page) => found.push(...page.ids))
    expect(found).toEqual(ids.toSorted())
    expect(await store.duties.countMemberships('alice')).toBe(7)
    const [last = ''] = found.slice(-1)
    expect(await store.duties.listMemberships({ userId: 'alice', afterId: last, limit: 2 })).toEqual({
      ids: [],
      hasMore: false,
    })
  },
)
