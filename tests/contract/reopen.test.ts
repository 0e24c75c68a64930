// The contract of durability: what was answered is there after the store was closed and opened again.
import { expect, test } from 'vitest'
import {
  at,
  draft,
  engines,
  listAll,
  listAllRevisions,
  openDirect,
  secret,
  send,
  watchFeed,
} from './harness.ts'

test.each(engines)('everything is read as before ($name)', async ({ open }) => {
  const { store, reopen } = await open()
  const conversationId = await openDirect(store)
  const target = { conversationId }
  await store.putUser({ userId: 'bob', displayName: 'Bob', avatarUrl: 'https://example.org/b.png' }, at(0))
  await send(store, { target, text: '😀' })
  await store.moveReceipt({ conversationId, userId: 'bob', readSeq: 1, at: at(2_000) })
  await send(store, { senderId: 'bob', target })
  const token = secret()
  await store.putSecret(token, at(0))
  const read = async (from: typeof store) => ({
    users: (await from.getUsers(['alice', 'bob'])).toSorted((a, b) => (a.userId < b.userId ? -1 : 1)),
    list: await from.listConversations({ userId: 'alice', limit: 9 }),
    messages: await listAll(from, conversationId),
    revisions: await listAllRevisions(from, { conversationId, afterRev: 0, throughRev: 9, limit: 2 }),
    token: await from.peekSecret(token, at(1)),
  })
  const before = await read(store)
  expect(before).toMatchObject({
    users: { length: 2 },
    messages: { length: 2 },
    revisions: { length: 3 },
    token,
  })
  expect(await read(await reopen())).toEqual(before)
})

test.each(engines)('a conversation goes on where it was ($name)', async ({ open }) => {
  const { store, reopen } = await open()
  const conversationId = await openDirect(store)
  const target = { conversationId }
  const first = await send(store, { target, at: at(50) })
  const reopened = await reopen()
  expect(await reopened.appendMessage(draft({ id: first.id, target }))).toEqual({
    outcome: 'duplicate',
    message: first,
  })
  expect(await send(reopened, { target, at: at(1) })).toMatchObject({ seq: 2, rev: 2, createdAt: at(50) })
})

test.each(engines)('a rate and a feed go on where they were ($name)', async ({ open }) => {
  const { store, reopen } = await open()
  const conversationId = await openDirect(store)
  const allowance = { rate: { perSecond: 1, burst: 1 }, unused: 0 }
  await store.putSecret(secret(), at(0), allowance)
  const reopened = await reopen()
  expect(await reopened.putSecret(secret(), at(0), allowance)).toMatchObject({ outcome: 'rate-limited' })
  const feed = watchFeed(reopened)
  const message = await send(reopened, { target: { conversationId } })
  expect(await feed.take(1)).toMatchObject([{ message }])
})

test.each(engines)('what was accepted before closing is stored ($name)', async ({ open }) => {
  const { store, reopen } = await open()
  const conversationId = await openDirect(store)
  const sending = Promise.all(Array.from({ length: 50 }, () => send(store, { target: { conversationId } })))
  const reopened = await reopen()
  expect(await listAll(reopened, conversationId)).toEqual(await sending)
})
