// The contract of erasures: nothing that a user wrote is left anywhere, all of it is told, and the order of the rest stays.
import { expect, test } from 'vitest'
import type { ErasureProgress, Store } from '#rufer/server/store/duties.ts'
import {
  at,
  draft,
  engines,
  getConversation,
  listAll,
  listAllRevisions,
  openDirect,
  register,
  secret,
  send,
  watchFeed,
} from './harness.ts'

const SECRET_TEXT = 'whatever alice said'

test.each(engines)('the texts are gone, and every other field is as it was ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await talk(store)
  const before = await listAll(store, conversationId)
  expect(await erase(store, 'alice')).toEqual({ messages: 3, isDone: true })
  const after = await listAll(store, conversationId)
  const gone = { rev: expect.any(Number), text: '', deletedAt: at(9_000) }
  expect(after).toEqual(
    before.map((message) => (message.senderId === 'bob' ? message : { ...message, ...gone })),
  )
  const { lastMessage, members, seq, rev } = await getConversation(store, conversationId)
  expect(lastMessage).toEqual(after.at(-1))
  expect(members.map(({ displayName }) => displayName)).toEqual(['Deleted user', 'bob'])
  expect({ seq, rev }).toEqual({ seq: 5, rev: 9 })
})

test.each(engines)('the picture is gone, too ($name)', async ({ open }) => {
  const { store } = await open()
  await store.putUser(
    { userId: 'alice', displayName: 'Alice', avatarUrl: 'https://example.org/a.png' },
    at(0),
  )
  await erase(store, 'alice')
  const [alice] = await store.getUsers(['alice'])
  expect(alice).toEqual({
    userId: 'alice',
    displayName: 'Deleted user',
    isErased: true,
    isOnline: false,
    lastSeenAt: null,
  })
})

test.each(engines)('members are told, each message with a rev of its own ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await talk(store)
  const feed = watchFeed(store)
  await erase(store, 'alice')
  const told = await feed.take(4)
  expect(told.map(({ kind, recipients }) => [kind, recipients])).toEqual([
    ['conversation.updated', ['alice', 'bob']],
    ...Array.from({ length: 3 }, () => ['message.updated', ['alice', 'bob']]),
  ])
  const updates = told.flatMap((change) => ('message' in change ? [change.message] : []))
  expect(updates.map(({ seq, rev, text, deletedAt }) => ({ seq, rev, text, deletedAt }))).toEqual([
    { seq: 1, rev: 7, text: '', deletedAt: at(9_000) },
    { seq: 2, rev: 8, text: '', deletedAt: at(9_000) },
    { seq: 4, rev: 9, text: '', deletedAt: at(9_000) },
  ])
  const stored = await listAll(store, conversationId)
  expect(updates).toEqual(stored.filter(({ senderId }) => senderId === 'alice'))
})

test.each(engines)('who was away reads it by rev, wherever they had got to ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await talk(store)
  await erase(store, 'alice')
  await send(store, { senderId: 'bob', target: { conversationId }, at: at(9_500) })
  const all = await revsAfter(store, conversationId, 0)
  // those that were emptied come at their new revs, everything else at its own
  expect(all).toEqual([3, 4, 6, 7, 8, 9, 10])
  for (let afterRev = 0; afterRev <= 10; afterRev++)
    expect(await revsAfter(store, conversationId, afterRev)).toEqual(all.filter((rev) => rev > afterRev))
})

test.each(engines)('a page in between ends where it should ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await talk(store)
  await erase(store, 'alice')
  const { messages, receipts } = await store.listRevisions({
    conversationId,
    afterRev: 2,
    throughRev: 7,
    limit: 9,
  })
  expect(messages.map(({ seq, rev }) => [seq, rev])).toEqual([
    [3, 3],
    [5, 6],
    [1, 7],
  ])
  expect(receipts.map(({ rev }) => rev)).toEqual([4])
})

test.each(engines)('nothing of it is left in what was told before ($name)', async ({ open }) => {
  const { store } = await open({ hasWebhooks: true })
  const conversationId = await talk(store)
  await erase(store, 'alice')
  const events = await store.outbox.listEvents(conversationId, 20)
  expect(events.length).toBeGreaterThan(5)
  expect(JSON.stringify(events)).not.toContain(SECRET_TEXT)
  expect(JSON.stringify(events)).toContain('what bob said')
})

test.each(engines)('whoever is erased can do nothing any more ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await talk(store)
  await register(store, 'carol')
  const token = secret()
  await store.putSecret(token, at(0))
  await erase(store, 'alice')
  expect(await store.peekSecret(token, at(1))).toBeUndefined()
  expect(await store.putSecret(secret(), at(0))).toEqual({ outcome: 'user-not-found' })
  expect(await store.appendMessage(draft({ target: { conversationId } }))).toEqual({
    outcome: 'conversation-not-found',
  })
  expect(await store.appendMessage(draft({ target: { userId: 'bob' } }))).toEqual({
    outcome: 'user-not-found',
  })
  expect(await store.openConversation(['alice', 'carol'], at(9_900))).toEqual({ outcome: 'user-not-found' })
  expect(await store.openConversation(['carol', 'alice'], at(9_900))).toEqual({ outcome: 'user-not-found' })
  expect(await store.moveReceipt({ conversationId, userId: 'alice', readSeq: 5, at: at(9_900) })).toEqual({
    outcome: 'conversation-not-found',
  })
  expect(await store.putUser({ userId: 'alice', displayName: 'Alice II' }, at(9_900))).toEqual({
    outcome: 'user-erased',
  })
})

test.each(engines)('an id that was sent before is still known ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await talk(store)
  const [first] = await listAll(store, conversationId)
  await erase(store, 'alice')
  const again = await store.appendMessage(draft({ id: first?.id ?? '', target: { conversationId } }))
  expect(again).toMatchObject({ outcome: 'duplicate', message: { text: '', deletedAt: at(9_000) } })
})

test.each(engines)('goes on where it was cut off, and says the same again ($name)', async ({ open }) => {
  const { store, reopen } = await open()
  const conversationId = await openDirect(store)
  const sent = Array.from({ length: 60 }, () => send(store, { target: { conversationId } }))
  await Promise.all(sent)
  await store.duties.beginErasure('alice', at(9_000))
  expect(await store.duties.eraseSome('alice', at(9_000))).toEqual({
    messages: expect.any(Number),
    isDone: false,
  })
  const reopened = await reopen()
  const texts = (await listAll(reopened, conversationId)).map(({ text }) => text)
  expect(new Set(texts)).toEqual(new Set(['', 'hello']))
  expect(await erase(reopened, 'alice')).toEqual({ messages: 60, isDone: true })
  expect(await erase(reopened, 'alice')).toEqual({ messages: 60, isDone: true })
  expect(await reopened.duties.listErasures()).toEqual([])
})

test.each(engines)('two at once come to the same as one ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  await Promise.all(Array.from({ length: 60 }, () => send(store, { target: { conversationId } })))
  await Promise.all([erase(store, 'alice'), erase(store, 'alice')])
  expect(await erase(store, 'alice')).toEqual({ messages: 60, isDone: true })
  const revs = (await listAll(store, conversationId)).map(({ rev }) => rev)
  expect(revs).toEqual(Array.from({ length: 60 }, (_, index) => 61 + index))
})

test.each(engines)('a user nobody knows cannot be erased ($name)', async ({ open }) => {
  const { store } = await open()
  expect(await store.duties.beginErasure('nobody', at(0))).toBe(false)
})

// --- Internal helpers ---

/** Alice and bob, who say this and that: five messages, and one receipt. */
async function talk(store: Store) {
  const conversationId = await openDirect(store)
  const target = { conversationId }
  const say = (senderId: string, text: string, ms: number) =>
    send(store, { senderId, target, text, at: at(ms) })
  await say('alice', `${SECRET_TEXT}, first`, 1_000)
  await say('alice', `${SECRET_TEXT}, second`, 2_000)
  await say('bob', 'what bob said', 3_000)
  await store.moveReceipt({ conversationId, userId: 'alice', readSeq: 3, at: at(4_000) })
  await say('alice', `${SECRET_TEXT}, third`, 5_000)
  await say('bob', 'what bob said, too', 6_000)
  return conversationId
}

/** From its beginning to its end. */
async function erase(store: Store, userId: string): Promise<ErasureProgress> {
  expect(await store.duties.beginErasure(userId, at(9_000))).toBe(true)
  for (;;) {
    const progress = await store.duties.eraseSome(userId, at(9_000))
    if (progress.isDone) return progress
  }
}

async function revsAfter(store: Store, conversationId: string, afterRev: number) {
  const query = { conversationId, afterRev, throughRev: 10, limit: 2 }
  return (await listAllRevisions(store, query)).map(({ rev }) => rev)
}
