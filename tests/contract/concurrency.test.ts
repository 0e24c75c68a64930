// The contract of what happens at once: one order, each id once, every sender's own order kept.
import { expect, test } from 'vitest'
import {
  at,
  draft,
  engines,
  getConversation,
  listAll,
  openDirect,
  register,
  send,
  watchFeed,
} from './harness.ts'

test.each(engines)('the same message many times at once is stored once ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  const once = draft({ target: { conversationId } })
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => store.appendMessage(once)))
  expect(outcomes.filter(({ outcome }) => outcome === 'stored')).toHaveLength(1)
  expect(outcomes.filter(({ outcome }) => outcome === 'duplicate')).toHaveLength(19)
  const [message] = await listAll(store, conversationId)
  for (const outcome of outcomes) expect(outcome).toMatchObject({ message })
  expect(await getConversation(store, conversationId)).toMatchObject({ seq: 1, rev: 1 })
})

test.each(engines)(
  'an id that several use at once is one’s, the others conflict ($name)',
  async ({ open }) => {
    const { store } = await open()
    await register(store, 'alice', 'bob', 'carol', 'dave')
    const { id } = draft()
    const outcomes = await Promise.all([
      store.appendMessage(draft({ id, senderId: 'alice', target: { userId: 'bob' } })),
      store.appendMessage(draft({ id, senderId: 'bob', target: { userId: 'alice' } })),
      store.appendMessage(draft({ id, senderId: 'alice', target: { userId: 'carol' } })),
      store.appendMessage(draft({ id, senderId: 'dave', target: { userId: 'carol' } })),
    ])
    expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual([
      'id-conflict',
      'id-conflict',
      'id-conflict',
      'stored',
    ])
  },
)

test.each(engines)('a conversation that both open at once is made once ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice', 'bob')
  const feed = watchFeed(store)
  const opened = await Promise.all([
    store.openConversation(['alice', 'bob'], at(1)),
    store.openConversation(['bob', 'alice'], at(1)),
    store.openConversation(['alice', 'bob'], at(1)),
  ])
  expect(opened.map(({ outcome }) => outcome).toSorted()).toEqual(['existed', 'existed', 'made'])
  await send(store)
  expect(await feed.take(2)).toMatchObject([{ kind: 'conversation.updated' }, { kind: 'message.created' }])
})

test.each(engines)('first messages that cross share one conversation ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice', 'bob')
  const [one, other] = await Promise.all([
    send(store, { senderId: 'alice', target: { userId: 'bob' } }),
    send(store, { senderId: 'bob', target: { userId: 'alice' } }),
  ])
  expect(one.conversationId).toBe(other.conversationId)
  expect(new Set([one.seq, other.seq])).toEqual(new Set([1, 2]))
})

test.each(engines)(
  'messages sent at once have no holes and keep each sender’s order ($name)',
  async ({ open }) => {
    const { store } = await open()
    const senders = ['alice', 'bob']
    const conversationId = await openDirect(store)
    const drafts = Array.from({ length: 400 }, (_, index) =>
      draft({ senderId: senders[index % 2] ?? '', target: { conversationId }, text: String(index) }),
    )
    const outcomes = await Promise.all(drafts.map((one) => store.appendMessage(one)))
    expect(outcomes.every(({ outcome }) => outcome === 'stored')).toBe(true)
    const messages = await listAll(store, conversationId)
    expect(messages.map(({ seq }) => seq)).toEqual(drafts.map((_, index) => index + 1))
    for (const senderId of senders) {
      const sent = messages.filter((message) => message.senderId === senderId).map(({ text }) => Number(text))
      expect(sent).toEqual(sent.toSorted((a, b) => a - b))
    }
  },
)

test.each(engines)(
  'conversations do not mix, and receipts take their revs among messages ($name)',
  async ({ open }) => {
    const { store } = await open()
    const pairs = [
      ['alice', 'bob'],
      ['alice', 'carol'],
      ['bob', 'carol'],
    ] as const
    const ids = await Promise.all(pairs.map(([one, other]) => openDirect(store, [one, other])))
    const feed = watchFeed(store)
    await Promise.all(
      Array.from({ length: 30 }, (_, round) =>
        pairs.map(([one, other], index) => {
          const conversationId = ids[index] ?? ''
          return [
            send(store, { senderId: one, target: { conversationId } }),
            store.moveReceipt({ conversationId, userId: other, readSeq: round + 1, at: at(2_000) }),
          ]
        }),
      ).flat(2),
    )
    const changes = await feed.take(30 * 3 * 2)
    for (const conversationId of ids) {
      const revs = changes
        .filter((change) => change.conversationId === conversationId)
        .map((change) =>
          'message' in change ? change.message.rev : 'receipt' in change ? change.receipt.rev : 0,
        )
      expect(revs).toEqual(Array.from({ length: 60 }, (_, index) => index + 1))
    }
  },
)
