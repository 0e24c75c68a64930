// The contract of conversations: opening, looking up, listing.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ConversationRecord } from '#rufer/shared/model/conversation.ts'
import { at, getConversation, openDirect, readPages, register, send, watchFeed, engines } from './harness.ts'

test.each(engines)('a conversation is made once, whoever opens it ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'bob', 'alice')
  const made = await store.openConversation(['bob', 'alice'], at(1))
  const marks = { deliveredSeq: 0, deliveredAt: null, readSeq: 0, readAt: null }
  const conversation = {
    id: expect.stringMatching(/^[\w-]{22}$/),
    kind: 'direct',
    members: [
      { userId: 'alice', displayName: 'alice', ...marks },
      { userId: 'bob', displayName: 'bob', ...marks },
    ],
    seq: 0,
    rev: 0,
    lastMessage: null,
    updatedAt: at(1),
  }
  expect(made).toEqual({ outcome: 'made', conversation })
  const existing = await store.openConversation(['alice', 'bob'], at(2))
  expect(existing).toEqual({ ...made, outcome: 'existed' })
})

test.each(engines)('its making is a change that tells both members ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice', 'bob')
  const feed = watchFeed(store)
  const made = await store.openConversation(['bob', 'alice'], at(1))
  await store.openConversation(['bob', 'alice'], at(2))
  const message = await send(store)
  const [first, second] = await feed.take(2)
  expect(made).toMatchObject({ outcome: 'made' })
  expect(first).toEqual({
    kind: 'conversation.updated',
    conversationId: message.conversationId,
    recipients: ['alice', 'bob'],
    at: at(1),
    conversation: 'conversation' in made ? made.conversation : undefined,
  })
  expect(second).toMatchObject({ kind: 'message.created' })
})

test.each(engines)(
  'there is none with somebody who is not registered, or with oneself ($name)',
  async ({ open }) => {
    const { store } = await open()
    await register(store, 'alice')
    expect(await store.openConversation(['alice', 'nobody'], at(1))).toEqual({ outcome: 'user-not-found' })
    expect(await store.openConversation(['nobody', 'alice'], at(1))).toEqual({ outcome: 'user-not-found' })
    expect(await store.openConversation(['alice', 'alice'], at(1))).toEqual({ outcome: 'user-not-found' })
    expect(await store.listConversations({ userId: 'alice', limit: 10 })).toEqual({
      conversations: [],
      hasMore: false,
    })
  },
)

test.each(engines)(
  'pairs whose ids joined are alike have conversations of their own ($name)',
  async ({ open }) => {
    const { store } = await open()
    const ids = [
      await openDirect(store, ['a', 'b:c']),
      await openDirect(store, ['a:b', 'c']),
      await openDirect(store, ['a-b', 'c']),
      await openDirect(store, ['a', 'b-c']),
    ]
    expect(new Set(ids).size).toBe(4)
  },
)

test.each(engines)('the last message is read with its receipts ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice', 'bob')
  const first = await send(store, { at: at(1) })
  const { conversationId } = first
  expect((await getConversation(store, conversationId)).lastMessage).toEqual(first)
  await store.moveReceipt({ conversationId, userId: 'bob', deliveredSeq: 1, at: at(2) })
  await store.moveReceipt({ conversationId, userId: 'bob', readSeq: 1, at: at(3) })
  const last = { ...first, deliveredAt: at(2), readAt: at(3) }
  expect(await getConversation(store, conversationId)).toMatchObject({
    lastMessage: last,
    updatedAt: at(1),
    rev: 3,
  })
  const { conversations } = await store.listConversations({ userId: 'alice', limit: 1 })
  expect(conversations).toEqual([await getConversation(store, conversationId)])
  const second = await send(store, { at: at(9) })
  expect(await getConversation(store, conversationId)).toMatchObject({
    lastMessage: second,
    updatedAt: at(9),
  })
})

test.each(engines)('only existing ones are found, each once ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  const ids = [conversationId, 'none', conversationId, '']
  const { conversations } = await store.getConversations({ ids })
  expect(conversations.map(({ id }) => id)).toEqual([conversationId])
  expect(await store.getConversations({ ids: [] })).toEqual({ conversations: [], remaining: [] })
})

test.each(engines)(
  'of those looked up a member’s own are found, and those beyond a rev ($name)',
  async ({ open }) => {
    const { store } = await open()
    const withBob = await openDirect(store, ['alice', 'bob'])
    const withCarol = await openDirect(store, ['alice', 'carol'])
    const ids = [withBob, withCarol]
    await send(store, { target: { conversationId: withBob } })
    const find = async (wanted: { memberId?: string; beyond?: Record<string, number> }) => {
      const { conversations, remaining } = await store.getConversations({ ids, ...wanted })
      expect(remaining).toEqual([])
      return new Set(conversations.map(({ id }) => id))
    }
    expect(await find({ memberId: 'alice' })).toEqual(new Set(ids))
    expect(await find({ memberId: 'bob' })).toEqual(new Set([withBob]))
    expect(await find({ memberId: 'nobody' })).toEqual(new Set())
    expect(await find({ beyond: { [withBob]: 0, [withCarol]: 0 } })).toEqual(new Set([withBob]))
    expect(await find({ beyond: { [withBob]: 1 } })).toEqual(new Set([withCarol]))
    expect(await find({ beyond: { [withBob]: 0 }, memberId: 'carol' })).toEqual(new Set([withCarol]))
    expect(await find({ beyond: { [withBob]: 1, [withCarol]: 0 } })).toEqual(new Set())
  },
)

test.each(engines)('the list has the newest first, and only one’s own ($name)', async ({ open }) => {
  const { store } = await open()
  const withBob = await openDirect(store, ['alice', 'bob'])
  const withCarol = await openDirect(store, ['alice', 'carol'])
  await openDirect(store, ['bob', 'carol'])
  await send(store, { target: { conversationId: withBob }, at: at(10) })
  await send(store, { target: { conversationId: withCarol }, at: at(20) })
  const ids = async () =>
    (await store.listConversations({ userId: 'alice', limit: 9 })).conversations.map(({ id }) => id)
  expect(await ids()).toEqual([withCarol, withBob])
  await store.moveReceipt({ conversationId: withBob, userId: 'alice', readSeq: 1, at: at(30) })
  expect(await ids()).toEqual([withCarol, withBob])
  await send(store, { senderId: 'bob', target: { conversationId: withBob }, at: at(30) })
  expect(await ids()).toEqual([withBob, withCarol])
})

test.each(engines)(
  'pages of the list join without loss or repetition, with ties by id ($name)',
  async ({ open }) => {
    const { store } = await open()
    const others = Array.from({ length: 12 }, (_, index) => `other${index}`)
    await register(store, 'alice', ...others)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ to: fc.constantFrom(...others), ms: fc.integer({ min: 1, max: 4 }) }), {
          maxLength: 12,
        }),
        fc.integer({ min: 1, max: 14 }),
        async (sends, limit) => {
          await Promise.all(sends.map(({ to, ms }) => send(store, { target: { userId: to }, at: at(ms) })))
          const whole = await store.listConversations({ userId: 'alice', limit: 100 })
          const listed: ConversationRecord[] = []
          const next = () => {
            const last = listed.at(-1)
            return store.listConversations({ userId: 'alice', limit, ...(last && { after: last }) })
          }
          await readPages(next, (page) => listed.push(...page.conversations))
          expect(listed).toEqual(whole.conversations)
          expect(listed).toEqual(listed.toSorted(newestFirst))
          expect(whole.hasMore).toBe(false)
        },
      ),
      { numRuns: 25 },
    )
  },
)

function newestFirst(a: ConversationRecord, b: ConversationRecord) {
  if (a.updatedAt !== b.updatedAt) return a.updatedAt < b.updatedAt ? 1 : -1
  return a.id < b.id ? -1 : 1
}
