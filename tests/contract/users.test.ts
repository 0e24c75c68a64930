// The contract of users: registering, updating, looking up.
import { expect, test } from 'vitest'
import { at, draft, openDirect, register, send, watchFeed, engines } from './harness.ts'

test.each(engines)('a user is created once and then updated ($name)', async ({ open }) => {
  const { store } = await open()
  expect(await store.putUser({ userId: 'alice', displayName: 'Alice' }, at(0))).toEqual({
    outcome: 'created',
  })
  expect(await store.putUser({ userId: 'alice', displayName: 'Alice S.' }, at(1))).toEqual({
    outcome: 'updated',
  })
  expect(await store.getUsers(['alice'])).toEqual([
    { userId: 'alice', displayName: 'Alice S.', isErased: false, isOnline: false, lastSeenAt: null },
  ])
})

test.each(engines)('a left-out avatar removes the one there was ($name)', async ({ open }) => {
  const { store } = await open()
  const alice = { userId: 'alice', displayName: 'Alice' }
  await store.putUser({ ...alice, avatarUrl: 'https://example.org/a.png' }, at(0))
  expect(await store.getUsers(['alice'])).toEqual([
    { ...alice, avatarUrl: 'https://example.org/a.png', isErased: false, isOnline: false, lastSeenAt: null },
  ])
  await store.putUser(alice, at(1))
  const [found] = await store.getUsers(['alice'])
  expect(found).toEqual({ ...alice, isErased: false, isOnline: false, lastSeenAt: null })
  expect(found).not.toHaveProperty('avatarUrl')
})

test.each(engines)('only registered users are found, each once ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice', 'bob')
  const found = await store.getUsers(['bob', 'nobody', 'alice', 'bob'])
  expect(found.map(({ userId }) => userId).toSorted()).toEqual(['alice', 'bob'])
  expect(await store.getUsers([])).toEqual([])
})

test.each(engines)('of a user’s peers alone, whoever else is asked for ($name)', async ({ open }) => {
  const { store } = await open()
  await openDirect(store, ['alice', 'bob'])
  await openDirect(store, ['carol', 'alice'])
  await openDirect(store, ['bob', 'dave'])
  const idsOf = async (peerOf: string) =>
    (await store.getUsers(['alice', 'bob', 'carol', 'dave', 'nobody'], peerOf))
      .map(({ userId }) => userId)
      .toSorted()
  expect(await idsOf('alice')).toEqual(['bob', 'carol'])
  expect(await idsOf('bob')).toEqual(['alice', 'dave'])
  expect(await idsOf('carol')).toEqual(['alice'])
  expect(await idsOf('nobody')).toEqual([])
  expect(await store.getUsers(['carol', 'dave'], 'bob')).toMatchObject([{ userId: 'dave' }])
})

test.each(engines)('user ids that differ in case only are different users ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice', 'Alice')
  expect(await store.getUsers(['alice', 'Alice', 'ALICE'])).toHaveLength(2)
})

test.each(engines)('names come back as they were given ($name)', async ({ open }) => {
  const { store } = await open()
  const displayName = ' Ra\u0308f\u202Eael "😀" <b>\'; DROP TABLE users; -- '
  await store.putUser({ userId: 'alice', displayName }, at(0))
  expect(await store.getUsers(['alice'])).toEqual([
    { userId: 'alice', displayName, isErased: false, isOnline: false, lastSeenAt: null },
  ])
})

test.each(engines)(
  'a changed profile is a change of each of the user’s conversations ($name)',
  async ({ open }) => {
    const { store } = await open()
    await openDirect(store, ['alice', 'bob'])
    await openDirect(store, ['alice', 'carol'])
    await openDirect(store, ['bob', 'carol'])
    const feed = watchFeed(store)
    await store.putUser({ userId: 'alice', displayName: 'Alice II' }, at(5))
    const changes = await feed.take(2)
    expect(changes.map(({ recipients }) => recipients.join()).toSorted()).toEqual([
      'alice,bob',
      'alice,carol',
    ])
    for (const change of changes) {
      expect(change).toMatchObject({
        kind: 'conversation.updated',
        at: at(5),
        conversation: { id: change.conversationId, seq: 0, rev: 0, updatedAt: at(0) },
      })
    }
    const ids = changes.map(({ conversationId }) => conversationId)
    expect((await store.getConversations({ ids })).conversations).toEqual(
      expect.arrayContaining(
        changes.map((change) => (change.kind === 'conversation.updated' ? change.conversation : undefined)),
      ),
    )
  },
)

test.each(engines)('the same profile again is no change, and takes no rev ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  const feed = watchFeed(store)
  await store.putUser({ userId: 'alice', displayName: 'alice' }, at(5))
  const message = await send(store, draft({ target: { conversationId } }))
  expect(await feed.take(1)).toMatchObject([{ kind: 'message.created', message: { id: message.id, rev: 1 } }])
})

test.each(engines)('a profile change keeps when the user was last seen ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice')
  await store.putPresences([{ userId: 'alice', isOnline: false, at: at(7) }])
  await store.putUser({ userId: 'alice', displayName: 'Alice II' }, at(9))
  expect(await store.getUsers(['alice'])).toEqual([
    { userId: 'alice', displayName: 'Alice II', isErased: false, isOnline: false, lastSeenAt: at(7) },
  ])
})
