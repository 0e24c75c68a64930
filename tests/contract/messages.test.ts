// The contract of messages: storing, refusing, reading pages.
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  at,
  draft,
  getConversation,
  listAll,
  memberOf,
  openDirect,
  register,
  send,
  watchFeed,
  engines,
} from './harness.ts'

test.each(engines)('a message takes the next seq and rev ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  const id = randomUUID()
  const outcome = await store.appendMessage(draft({ id, target: { conversationId }, text: 'one', at: at(1) }))
  const message = {
    id,
    conversationId,
    seq: 1,
    rev: 1,
    senderId: 'alice',
    text: 'one',
    createdAt: at(1),
    deliveredAt: null,
    readAt: null,
  }
  expect(outcome).toEqual({ outcome: 'stored', message })
  expect(await store.getMessage(id)).toEqual(message)
  expect(await send(store, { senderId: 'bob', target: { conversationId } })).toMatchObject({
    seq: 2,
    rev: 2,
  })
})

test.each(engines)(
  'sending to a user makes the conversation, which is told before the message ($name)',
  async ({ open }) => {
    const { store } = await open()
    await register(store, 'alice', 'bob')
    const feed = watchFeed(store)
    const message = await send(store, { target: { userId: 'bob' }, at: at(1) })
    const { conversationId } = message
    const [made, created] = await feed.take(2)
    expect(made).toMatchObject({
      kind: 'conversation.updated',
      conversationId,
      at: at(1),
      recipients: ['alice', 'bob'],
      conversation: { id: conversationId, seq: 0, rev: 0, lastMessage: null },
    })
    expect(created).toEqual({
      kind: 'message.created',
      conversationId,
      recipients: ['alice', 'bob'],
      at: at(1),
      message,
    })
    expect(await store.openConversation(['alice', 'bob'], at(2))).toMatchObject({
      outcome: 'existed',
      conversation: { id: conversationId, seq: 1 },
    })
    expect(await send(store, { senderId: 'bob', target: { userId: 'alice' } })).toMatchObject({
      conversationId,
      seq: 2,
    })
  },
)

test.each(engines)('sending moves the sender’s own markers, and nobody else’s ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  await send(store, { target: { conversationId }, at: at(5) })
  await send(store, { target: { conversationId }, at: at(6) })
  const conversation = await getConversation(store, conversationId)
  expect(memberOf(conversation, 'alice')).toMatchObject({
    deliveredSeq: 2,
    deliveredAt: at(6),
    readSeq: 2,
    readAt: at(6),
  })
  expect(memberOf(conversation, 'bob')).toMatchObject({
    deliveredSeq: 0,
    deliveredAt: null,
    readSeq: 0,
    readAt: null,
  })
  expect(await store.listRevisions({ conversationId, afterRev: 0, throughRev: 9, limit: 9 })).toMatchObject({
    receipts: [],
  })
})

test.each(engines)('instants of a conversation never run backwards ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  const target = { conversationId }
  expect(await send(store, { target, at: at(50) })).toMatchObject({ createdAt: at(50) })
  expect(await send(store, { target, at: at(20) })).toMatchObject({ createdAt: at(50) })
  await store.moveReceipt({ conversationId, userId: 'bob', readSeq: 1, at: at(70) })
  const feed = watchFeed(store)
  expect(await send(store, { target, at: at(60) })).toMatchObject({ createdAt: at(70) })
  expect(await feed.take(1)).toMatchObject([{ at: at(70) }])
  expect(await getConversation(store, conversationId)).toMatchObject({ updatedAt: at(70) })
})

test.each(engines)('the same id again is the stored message, whatever its text ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  const message = await send(store, { target: { conversationId }, text: 'first' })
  const feed = watchFeed(store)
  const again = draft({ id: message.id, text: 'second', at: at(9_000) })
  const duplicate = { outcome: 'duplicate', message }
  expect(await store.appendMessage({ ...again, target: { conversationId } })).toEqual(duplicate)
  expect(await store.appendMessage({ ...again, target: { userId: 'bob' } })).toEqual(duplicate)
  const next = await send(store, { target: { conversationId } })
  expect(next).toMatchObject({ seq: 2, rev: 2 })
  expect(await feed.take(1)).toMatchObject([{ message: { id: next.id } }])
})

test.each(engines)('a duplicate comes back with what happened to it since ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  const message = await send(store, { target: { conversationId }, at: at(1) })
  await store.moveReceipt({ conversationId, userId: 'bob', readSeq: 1, at: at(2) })
  expect(await store.appendMessage(draft({ id: message.id }))).toEqual({
    outcome: 'duplicate',
    message: { ...message, deliveredAt: at(2), readAt: at(2) },
  })
})

test.each(engines)(
  'the id of another message is a conflict, and stores nothing ($name)',
  async ({ open }) => {
    const { store } = await open()
    const conversationId = await openDirect(store)
    await register(store, 'carol', 'dave')
    const { id } = await send(store, { target: { conversationId } })
    const conflict = { outcome: 'id-conflict' }
    expect(await store.appendMessage(draft({ id, senderId: 'bob', target: { conversationId } }))).toEqual(
      conflict,
    )
    expect(await store.appendMessage(draft({ id, target: { userId: 'carol' } }))).toEqual(conflict)
    expect(await store.appendMessage(draft({ id, senderId: 'dave', target: { userId: 'carol' } }))).toEqual(
      conflict,
    )
    expect((await store.listConversations({ userId: 'carol', limit: 9 })).conversations).toEqual([])
    expect(await getConversation(store, conversationId)).toMatchObject({ seq: 1, rev: 1 })
  },
)

test.each(engines)(
  'a known id tells nothing to who is no member, or where no such user is ($name)',
  async ({ open }) => {
    const { store } = await open()
    const conversationId = await openDirect(store)
    await register(store, 'carol')
    const { id } = await send(store, { target: { conversationId } })
    const notFound = { outcome: 'conversation-not-found' }
    expect(await store.appendMessage(draft({ id, senderId: 'carol', target: { conversationId } }))).toEqual(
      notFound,
    )
    expect(
      await store.appendMessage(draft({ id, senderId: 'carol', target: { conversationId: 'none' } })),
    ).toEqual(notFound)
    expect(await store.appendMessage(draft({ id, senderId: 'carol', target: { userId: 'nobody' } }))).toEqual(
      {
        outcome: 'user-not-found',
      },
    )
  },
)

test.each(engines)(
  'refused: no member, no such conversation, no such user, oneself ($name)',
  async ({ open }) => {
    const { store } = await open()
    const conversationId = await openDirect(store)
    await register(store, 'carol')
    const notFound = { outcome: 'conversation-not-found' }
    expect(await store.appendMessage(draft({ senderId: 'carol', target: { conversationId } }))).toEqual(
      notFound,
    )
    expect(await store.appendMessage(draft({ target: { conversationId: 'none' } }))).toEqual(notFound)
    const noUser = { outcome: 'user-not-found' }
    expect(await store.appendMessage(draft({ target: { userId: 'nobody' } }))).toEqual(noUser)
    expect(await store.appendMessage(draft({ senderId: 'nobody', target: { userId: 'bob' } }))).toEqual(
      noUser,
    )
    expect(await store.appendMessage(draft({ target: { userId: 'alice' } }))).toEqual(noUser)
    expect(await getConversation(store, conversationId)).toMatchObject({ seq: 0, rev: 0 })
  },
)

const texts = {
  astral: '😀👩‍👩‍👧‍👦𝒳',
  'right to left': '\u202Eשלום مرحبا\u202C',
  'quotes and statements': `'; DROP TABLE messages; -- " \` \\ $1 :id ? {"$gt":""}`,
  'line breaks and blanks': ' \r\n\t\u00A0\u2028 ',
  'combining, not normalised': 'e\u0301 \u00E9 \uFB01',
  markup: '<script>alert(1)</script>&amp;',
  'long, behind a byte order mark': `\uFEFF${'ж'.repeat(600)}`,
  'the longest': '😀'.repeat(10_000),
}
for (const [name, text] of Object.entries(texts)) {
  test.each(engines)(`text comes back as it was sent: ${name} ($name)`, async ({ open }) => {
    const { store } = await open()
    await register(store, 'alice', 'bob')
    const feed = watchFeed(store)
    const message = await send(store, { text })
    expect(message.text).toBe(text)
    expect((await store.getMessage(message.id))?.text).toBe(text)
    const [, created] = await feed.take(2)
    expect(created).toMatchObject({ message: { text } })
  })
}

test.each(engines)(
  'pages: the newest, before a seq, after a seq, bounds left out ($name)',
  async ({ open }) => {
    const { store } = await open()
    const conversationId = await openDirect(store)
    await Promise.all(Array.from({ length: 7 }, () => send(store, { target: { conversationId } })))
    const list = async (bounds: { beforeSeq?: number; afterSeq?: number; limit: number }) => {
      const { messages, hasMore } = await store.listMessages({ conversationId, ...bounds })
      return { seqs: messages.map(({ seq }) => seq), hasMore }
    }
    expect(await list({ limit: 3 })).toEqual({ seqs: [5, 6, 7], hasMore: true })
    expect(await list({ limit: 7 })).toEqual({ seqs: [1, 2, 3, 4, 5, 6, 7], hasMore: false })
    expect(await list({ beforeSeq: 5, limit: 3 })).toEqual({ seqs: [2, 3, 4], hasMore: true })
    expect(await list({ beforeSeq: 4, limit: 3 })).toEqual({ seqs: [1, 2, 3], hasMore: false })
    expect(await list({ beforeSeq: 1, limit: 3 })).toEqual({ seqs: [], hasMore: false })
    expect(await list({ beforeSeq: 99, limit: 2 })).toEqual({ seqs: [6, 7], hasMore: true })
    expect(await list({ afterSeq: 2, limit: 3 })).toEqual({ seqs: [3, 4, 5], hasMore: true })
    expect(await list({ afterSeq: 4, limit: 3 })).toEqual({ seqs: [5, 6, 7], hasMore: false })
    expect(await list({ afterSeq: 7, limit: 3 })).toEqual({ seqs: [], hasMore: false })
    expect((await listAll(store, conversationId, 2)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7])
  },
)

test.each(engines)('a message by an id that nobody used is none ($name)', async ({ open }) => {
  const { store } = await open()
  expect(await store.getMessage(randomUUID())).toBeUndefined()
})
