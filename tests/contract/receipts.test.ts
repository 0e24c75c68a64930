// The contract of receipts: markers that only move forward, and what they say of messages.
import { expect, test } from 'vitest'
import {
  at,
  getConversation,
  listAll,
  memberOf,
  openDirect,
  register,
  send,
  watchFeed,
  engines,
} from './harness.ts'

test.each(engines)('a move takes a rev and tells both members ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  await send(store, { target: { conversationId }, at: at(1) })
  await send(store, { target: { conversationId }, at: at(2) })
  const feed = watchFeed(store)
  const moved = await store.moveReceipt({
    conversationId,
    userId: 'bob',
    deliveredSeq: 2,
    readSeq: 1,
    at: at(3),
  })
  expect(moved).toEqual({ outcome: 'moved', deliveredSeq: 2, readSeq: 1 })
  const marks = { deliveredSeq: 2, deliveredAt: at(3), readSeq: 1, readAt: at(3) }
  expect(await feed.take(1)).toEqual([
    {
      kind: 'receipt.updated',
      conversationId,
      recipients: ['alice', 'bob'],
      at: at(3),
      receipt: { conversationId, userId: 'bob', ...marks, rev: 3 },
    },
  ])
  const conversation = await getConversation(store, conversationId)
  expect(conversation).toMatchObject({ seq: 2, rev: 3, updatedAt: at(2) })
  expect(memberOf(conversation, 'bob')).toEqual({ userId: 'bob', displayName: 'bob', ...marks })
})

test.each(engines)('each marker has the instant of its own last move ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  await send(store, { target: { conversationId }, at: at(1) })
  await store.moveReceipt({ conversationId, userId: 'bob', deliveredSeq: 1, at: at(2) })
  expect(memberOf(await getConversation(store, conversationId), 'bob')).toMatchObject({
    deliveredAt: at(2),
    readSeq: 0,
    readAt: null,
  })
  await store.moveReceipt({ conversationId, userId: 'bob', readSeq: 1, at: at(3) })
  expect(memberOf(await getConversation(store, conversationId), 'bob')).toMatchObject({
    deliveredSeq: 1,
    deliveredAt: at(2),
    readSeq: 1,
    readAt: at(3),
  })
})

test.each(engines)(
  'reading lifts delivery, and nothing goes beyond the last message ($name)',
  async ({ open }) => {
    const { store } = await open()
    const conversationId = await openDirect(store)
    await send(store, { target: { conversationId } })
    await send(store, { target: { conversationId } })
    const move = (seqs: { deliveredSeq?: number; readSeq?: number }) =>
      store.moveReceipt({ conversationId, userId: 'bob', at: at(2_000), ...seqs })
    expect(await move({ readSeq: 1 })).toEqual({ outcome: 'moved', deliveredSeq: 1, readSeq: 1 })
    expect(await move({ deliveredSeq: 99 })).toEqual({ outcome: 'moved', deliveredSeq: 2, readSeq: 1 })
    expect(await move({ readSeq: Number.MAX_SAFE_INTEGER })).toEqual({
      outcome: 'moved',
      deliveredSeq: 2,
      readSeq: 2,
    })
  },
)

test.each(engines)(
  'what does not move forward is no move, takes no rev and tells nobody ($name)',
  async ({ open }) => {
    const { store } = await open()
    const conversationId = await openDirect(store)
    await send(store, { target: { conversationId } })
    await send(store, { target: { conversationId } })
    await store.moveReceipt({ conversationId, userId: 'bob', deliveredSeq: 2, readSeq: 1, at: at(3) })
    const before = await getConversation(store, conversationId)
    const feed = watchFeed(store)
    const unmoved = { outcome: 'unmoved', deliveredSeq: 2, readSeq: 1 }
    const move = { conversationId, userId: 'bob', at: at(9) }
    expect(await store.moveReceipt({ ...move, deliveredSeq: 2, readSeq: 1 })).toEqual(unmoved)
    expect(await store.moveReceipt({ ...move, deliveredSeq: 1 })).toEqual(unmoved)
    expect(await store.moveReceipt({ ...move, readSeq: 0 })).toEqual(unmoved)
    expect(await store.moveReceipt({ ...move, deliveredSeq: 99, readSeq: 1 })).toEqual(unmoved)
    expect(await getConversation(store, conversationId)).toEqual(before)
    await store.moveReceipt({ ...move, readSeq: 2 })
    expect(await feed.take(1)).toMatchObject([{ receipt: { readSeq: 2, rev: before.rev + 1 } }])
  },
)

test.each(engines)('who is no member moves nothing ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  await register(store, 'carol')
  await send(store, { target: { conversationId } })
  const notFound = { outcome: 'conversation-not-found' }
  expect(await store.moveReceipt({ conversationId, userId: 'carol', readSeq: 1, at: at(9) })).toEqual(
    notFound,
  )
  expect(await store.moveReceipt({ conversationId: 'none', userId: 'bob', readSeq: 1, at: at(9) })).toEqual(
    notFound,
  )
  expect(await getConversation(store, conversationId)).toMatchObject({ rev: 1 })
})

test.each(engines)(
  'a message has the instants at which the other one’s markers first covered it ($name)',
  async ({ open }) => {
    const { store } = await open()
    const conversationId = await openDirect(store)
    const target = { conversationId }
    await Promise.all([1, 2, 3, 4].map((ms) => send(store, { target, at: at(ms) })))
    await store.moveReceipt({ conversationId, userId: 'bob', deliveredSeq: 1, at: at(10) })
    await store.moveReceipt({ conversationId, userId: 'bob', deliveredSeq: 3, at: at(20) })
    await store.moveReceipt({ conversationId, userId: 'bob', readSeq: 2, at: at(30) })
    const stamps = async () =>
      (await listAll(store, conversationId)).map(({ deliveredAt, readAt }) => [deliveredAt, readAt])
    expect(await stamps()).toEqual([
      [at(10), at(30)],
      [at(20), at(30)],
      [at(20), null],
      [null, null],
    ])
    const answer = await send(store, { senderId: 'bob', target, at: at(40) })
    expect(answer).toMatchObject({ deliveredAt: null, readAt: null })
    expect(await stamps()).toEqual([
      [at(10), at(30)],
      [at(20), at(30)],
      [at(20), at(40)],
      [at(40), at(40)],
      [null, null],
    ])
  },
)

test.each(engines)('one’s own receipt says nothing of one’s own messages ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  const target = { conversationId }
  await send(store, { senderId: 'bob', target, at: at(1) })
  const mine = await send(store, { target, at: at(2) })
  const last = await send(store, { senderId: 'bob', target, at: at(3) })
  await store.moveReceipt({ conversationId, userId: 'bob', readSeq: 3, at: at(4) })
  expect(await store.getMessage(last.id)).toEqual(last)
  expect((await getConversation(store, conversationId)).lastMessage).toEqual(last)
  await store.moveReceipt({ conversationId, userId: 'alice', deliveredSeq: 3, at: at(5) })
  expect(await store.getMessage(last.id)).toEqual({ ...last, deliveredAt: at(5) })
  expect(await store.getMessage(mine.id)).toEqual({ ...mine, deliveredAt: at(3), readAt: at(3) })
})

test.each(engines)('a receipt’s instant does not run backwards either ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  await send(store, { target: { conversationId }, at: at(50) })
  await store.moveReceipt({ conversationId, userId: 'bob', deliveredSeq: 1, at: at(20) })
  expect(await listAll(store, conversationId)).toMatchObject([{ createdAt: at(50), deliveredAt: at(50) }])
})
