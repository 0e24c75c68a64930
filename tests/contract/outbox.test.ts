// The contract of the outbox: what webhooks tell of is in it with what it tells of, topic by topic and in order.
import { expect, test } from 'vitest'
import type { Outbox } from '#rufer/server/store/outbox.ts'
import { at, engines, openDirect, register, send } from './harness.ts'

const withWebhooks = { hasWebhooks: true }

async function allTopics(outbox: Outbox, limit = 2): Promise<string[]> {
  const topics: string[] = []
  for (let after: string | null | undefined; after !== null;) {
    const page: Awaited<ReturnType<Outbox['listTopics']>> = await outbox.listTopics({
      limit,
      ...(after !== undefined && { after }),
    })
    topics.push(...page.topics)
    after = page.after
  }
  return topics
}

const kindsOf = async (outbox: Outbox, topic: string) =>
  (await outbox.listEvents(topic, 9)).map(({ told }) => told.kind)

test.each(engines)('nothing is put into it where no webhooks are sent ($name)', async ({ open }) => {
  const { store } = await open()
  await openDirect(store)
  await send(store)
  expect(await store.outbox.count()).toEqual({ waiting: 0, dead: 0, oldestAt: null })
})

test.each(engines)(
  'holds messages, receipts and presences, each with its state ($name)',
  async ({ open }) => {
    const { store } = await open(withWebhooks)
    const conversationId = await openDirect(store)
    const message = await send(store)
    await store.moveReceipt({ conversationId, userId: 'bob', readSeq: 1, at: at(2_000) })
    await store.putPresences([{ userId: 'bob', isOnline: true, at: at(3_000) }])
    await store.putPresences([{ userId: 'bob', isOnline: false, at: at(4_000) }])
    expect(new Set(await allTopics(store.outbox))).toEqual(new Set([conversationId, 'presence:bob']))
    expect(await store.outbox.listEvents(conversationId, 9)).toMatchObject([
      {
        told: { kind: 'message.created', at: at(1_000), message },
        attempts: 0,
        failedSince: null,
        nextAt: null,
      },
      { told: { kind: 'receipt.updated', at: at(2_000), receipt: { userId: 'bob', readSeq: 1, rev: 2 } } },
    ])
    const presences = await store.outbox.listEvents('presence:bob', 9)
    expect(presences.map(({ told }) => told)).toEqual([
      {
        kind: 'presence.changed',
        at: at(3_000),
        presence: { userId: 'bob', status: 'online', lastSeenAt: null },
      },
      {
        kind: 'presence.changed',
        at: at(4_000),
        presence: { userId: 'bob', status: 'offline', lastSeenAt: at(4_000) },
      },
    ])
    expect(await store.outbox.count()).toEqual({ waiting: 4, dead: 0, oldestAt: at(1_000) })
  },
)

test.each(engines)('what is refused or known puts nothing into it ($name)', async ({ open }) => {
  const { store } = await open(withWebhooks)
  await register(store, 'alice')
  const target = { conversationId: 'none' }
  expect(await store.appendMessage({ id: 'x', senderId: 'alice', target, text: 'x', at: at(0) })).toEqual({
    outcome: 'conversation-not-found',
  })
  expect(await allTopics(store.outbox)).toEqual([])
})

test.each(engines)(
  'an event keeps its id until it is removed, over a restart, too ($name)',
  async ({ open }) => {
    const { store, reopen } = await open(withWebhooks)
    const conversationId = await openDirect(store)
    for (let index = 0; index < 5; index++) await send(store, { target: { conversationId } })
    const before = await store.outbox.listEvents(conversationId, 9)
    expect(before.map(({ told }) => 'message' in told && told.message.seq)).toEqual([1, 2, 3, 4, 5])
    const again = await reopen()
    expect(await again.outbox.listEvents(conversationId, 9)).toEqual(before)
    expect(new Set(before.map(({ id }) => id)).size).toBe(5)
    await again.outbox.remove(before[0]?.id ?? '')
    expect(await again.outbox.listEvents(conversationId, 2)).toEqual(before.slice(1, 3))
  },
)

test.each(engines)('keeps what failed, and when it is to be tried again ($name)', async ({ open }) => {
  const { store } = await open(withWebhooks)
  const conversationId = await openDirect(store)
  await send(store)
  const [event] = await store.outbox.listEvents(conversationId, 1)
  const id = event?.id ?? ''
  await store.outbox.postpone(id, { at: at(5_000), nextAt: at(6_000), reason: 'answered 500' })
  await store.outbox.postpone(id, { at: at(6_000), nextAt: at(8_000), reason: '$answered 500' })
  expect(await store.outbox.listEvents(conversationId, 1)).toEqual([
    { ...event, attempts: 2, failedSince: at(5_000), nextAt: at(8_000) },
  ])
})

test.each(engines)(
  'a dead letter lets those behind it go on, and can be put back or dropped ($name)',
  async ({ open }) => {
    const { store } = await open(withWebhooks)
    const { outbox } = store
    const conversationId = await openDirect(store)
    const sent = [await send(store), await send(store), await send(store)]
    const events = await outbox.listEvents(conversationId, 9)
    const [id = '', second = ''] = events.map((event) => event.id)
    for (const one of [id, second]) await outbox.bury(one, { at: at(9_000), reason: 'answered 500' })
    expect(await kindsOf(outbox, conversationId)).toEqual(['message.created'])
    expect(await outbox.count()).toMatchObject({ waiting: 1, dead: 2 })

    const page = await outbox.listDeadLetters({ limit: 1 })
    const told = events[0]?.told
    expect(page.letters).toEqual([
      { id, told, attempts: 1, failedSince: at(9_000), deadAt: at(9_000), reason: 'answered 500' },
    ])
    const next = await outbox.listDeadLetters({ limit: 9, after: page.after ?? '' })
    expect(next).toMatchObject({ letters: [{ id: second }], after: null })

    expect(await outbox.replay([id, 'nothing', ''])).toBe(1)
    const [back, last] = await outbox.listEvents(conversationId, 9)
    expect(back).toEqual(events[0])
    expect(last?.told).toMatchObject({ message: { id: sent[2]?.id } })
    expect(await outbox.drop([second, id])).toBe(1)
    expect(await outbox.count()).toMatchObject({ waiting: 2, dead: 0 })
  },
)

test.each(engines)('one process sends, and keeps the lease it has ($name)', async ({ open }) => {
  const { store } = await open(withWebhooks)
  expect([await store.outbox.takeLease(), await store.outbox.takeLease()]).toEqual([true, true])
})
