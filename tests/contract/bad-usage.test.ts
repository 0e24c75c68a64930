// The contract of bad usage: names of nothing find nothing, and a closed store refuses everything.
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Store } from '#rufer/server/store/duties.ts'
import { StoreError } from '#rufer/server/store/port.ts'
import { at, draft, engines, getConversation, openDirect, secret, send } from './harness.ts'

const namesOfNothing = {
  empty: '',
  prototype: '__proto__',
  statement: "' OR 1=1 --",
  operator: '{"$gt":""}',
  'zero byte': 'a\0b',
  'lone surrogate': '\uD800',
  'very long': 'x'.repeat(60_000),
}

for (const [kind, name] of Object.entries(namesOfNothing)) {
  test.each(engines)(`no conversation and no user is found: ${kind} ($name)`, async ({ open }) => {
    const { store } = await open()
    const conversationId = await openDirect(store)
    expect(await store.getUsers([name])).toEqual([])
    expect((await store.getConversations({ ids: [name] })).conversations).toEqual([])
    expect(await store.getMessage(name)).toBeUndefined()
    const nothing = { messages: [], hasMore: false }
    expect(await store.listMessages({ conversationId: name, limit: 9 })).toEqual(nothing)
    expect(await store.listRevisions({ conversationId: name, afterRev: 0, throughRev: 9, limit: 9 })).toEqual(
      {
        ...nothing,
        receipts: [],
      },
    )
    expect(await store.listConversations({ userId: name, limit: 9 })).toEqual({
      conversations: [],
      hasMore: false,
    })
    expect(await store.openConversation(['alice', name], at(1))).toEqual({ outcome: 'user-not-found' })
    const notFound = { outcome: 'conversation-not-found' }
    expect(await store.appendMessage(draft({ target: { conversationId: name } }))).toEqual(notFound)
    expect(await store.appendMessage(draft({ senderId: name, target: { conversationId } }))).toEqual(notFound)
    expect(await store.appendMessage(draft({ target: { userId: name } }))).toEqual({
      outcome: 'user-not-found',
    })
    expect(await store.moveReceipt({ conversationId: name, userId: 'alice', readSeq: 1, at: at(1) })).toEqual(
      notFound,
    )
    expect(await store.takeSecret({ hash: name, kind: 'token' }, at(1))).toBeUndefined()
    expect(await store.voidSecrets({ userId: name })).toBe(0)
  })
}

test.each(engines)('a receipt that says nothing, or nonsense, moves nothing ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  await send(store, { target: { conversationId } })
  const move = { conversationId, userId: 'bob', at: at(1) }
  const unmoved = { outcome: 'unmoved', deliveredSeq: 0, readSeq: 0 }
  expect(await store.moveReceipt(move)).toEqual(unmoved)
  expect(await store.moveReceipt({ ...move, deliveredSeq: -5, readSeq: 0 })).toEqual(unmoved)
  expect(await getConversation(store, conversationId)).toMatchObject({ rev: 1 })
})

const calls: Record<string, (store: Store) => Promise<unknown>> = {
  putUser: (store) => store.putUser({ userId: 'alice', displayName: 'A' }, at(1)),
  getUsers: (store) => store.getUsers(['alice']),
  putPresences: (store) => store.putPresences([{ userId: 'alice', isOnline: true, at: at(1) }]),
  renewLease: (store) => store.renewLease(at(1)),
  tell: (store) => store.tell({ kind: 'pulse', processId: 'one', at: at(1) }),
  openConversation: (store) => store.openConversation(['alice', 'bob'], at(1)),
  getConversations: (store) => store.getConversations({ ids: ['x'] }),
  getMemberIds: (store) => store.getMemberIds('x'),
  listConversations: (store) => store.listConversations({ userId: 'alice', limit: 1 }),
  appendMessage: (store) => store.appendMessage(draft()),
  getMessage: (store) => store.getMessage(randomUUID()),
  listMessages: (store) => store.listMessages({ conversationId: 'x', limit: 1 }),
  listRevisions: (store) =>
    store.listRevisions({ conversationId: 'x', afterRev: 0, throughRev: 1, limit: 1 }),
  moveReceipt: (store) => store.moveReceipt({ conversationId: 'x', userId: 'alice', readSeq: 1, at: at(1) }),
  putSecret: (store) => store.putSecret(secret(), at(1)),
  peekSecret: (store) => store.peekSecret(secret(), at(1)),
  takeSecret: (store) => store.takeSecret(secret(), at(1)),
  voidSecrets: (store) => store.voidSecrets({ userId: 'alice' }),
  watch: async (store) => store.watch(new AbortController().signal)[Symbol.asyncIterator]().next(),
  prune: (store) => store.duties.prune({ changesBefore: at(1), now: at(1) }),
}

for (const [method, call] of Object.entries(calls)) {
  test.each(engines)(`a closed store refuses ${method} ($name)`, async ({ open }) => {
    const { store } = await open()
    await store.close()
    await expect(call(store)).rejects.toThrow(new StoreError('store-unavailable'))
  })
}

test.each(engines)('closing twice is closing once ($name)', async ({ open }) => {
  const { store } = await open()
  await Promise.all([store.close(), store.close()])
  await expect(store.close()).resolves.toBeUndefined()
})
