// The contract of users: registering, updating, looking up.
import { expect, test } from 'vitest'
import { at, draft, openDirect, register, send, watchFeed, engines } from './harness.ts'

test.each(engines)('a user is created once and then updated ($name)', async ({ open }) => {
  const { store } = await open()
  expect(await store.putUser({ userId: 'alice', displayName: 'Alice' }, at(0))).toEqual({ created: true })
  expect(await store.putUser({ userId: 'alice', displayName: 'Alice S.' }, at(1))).toEqual({
    created: false,
  })
  expect(await store.getUsers(['alice'])).toEqual([
    { userId: 'alice', displayName: 'Alice S.', lastSeenAt: null },
  ])
})

test.each(engines)('a left-out avatar removes the one there was ($name)', async ({ open }) => {
  const { store } = await open()
  const alice = { userId: 'alice', displayName: 'Alice' }
  await store.putUser({ ...alice, avatarUrl: 'https://example.org/a.png' }, at(0))
  expect(await store.getUsers(['alice'])).toEqual([
    { ...alice, avatarUrl: 'https://example.org/a.png', lastSeenAt: null },
  ])
  await store.putUser(alice, at(1))
  const [found] = await store.getUsers(['alice'])
  expect(found).toEqual({ ...alice, lastSeenAt: null })
  expect(found).not.toHaveProperty('avatarUrl')
})

test.each(engines)('only registered users are found, each once ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice', 'bob')
  const found = await store.getUsers(['bob', 'nobody', 'alice', 'bob'])
  expect(found.map(({ userId }) => userId).toSorted()).toEqual(['alice', 'bob'])
  expect(await store.getUsers([])).toEqual([])
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
  expect(await store.getUsers(['alice'])).toEqual([{ userId: 'alice', displayName, lastSeenAt: null }])
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
    expect(await store.getConversations(changes.map(({ conversationId }) => conversationId))).toEqual(
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
  await store.putPresence({ userId: 'alice', isOnline: false, at: at(7) })
  await store.putUser({ userId: 'alice', displayName: 'Alice II' }, at(9))
  expect(await store.getUsers(['alice'])).toEqual([
    { userId: 'alice', displayName: 'Alice II', lastSeenAt: at(7) },
  ])
})
