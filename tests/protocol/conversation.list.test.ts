// conversation.list: a user's conversations, newest first, page by page, and nobody else's.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import { REPLY_BYTES } from '#rufer/shared/protocol/limits.ts'
import { connect, type TestClient } from '#rufer/tests/helpers/client.ts'
import { connectNew, heard, meet, registerNew, UNHURRIED } from '#rufer/tests/helpers/people.ts'
import { invalid, PROTO } from '#rufer/tests/helpers/refusals.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

let server: TestServer
/** has 107 conversations */
let alice: TestClient
beforeAll(async () => {
  server = await startServer({ env: UNHURRIED })
  alice = await connectNew(server, 'alice')
  const peers = await registerMany(107)
  // over several connections, so that some are made in the same instant
  const phones = await Promise.all(Array.from({ length: 10 }, () => connect(server, alice.userId)))
  await Promise.all(
    peers.map(async (userId, index) => phones[index % 10]?.request('conversation.open', { userId })),
  )
})
afterAll(() => server.stop())

describe('pages', () => {
  test('are of 50 unless asked otherwise, newest first, ties by id', async () => {
    const { conversations, nextCursor } = await alice.request('conversation.list')
    expect(conversations).toHaveLength(50)
    expect(nextCursor).not.toBeNull()
    expect(conversations).toEqual(conversations.toSorted(newestFirst))
  })

  test.each([1, 10, 53, 100])('of %i hold every conversation once, in one order', async (limit) => {
    const all = await listAll(alice, limit)
    expect(all).toHaveLength(107)
    expect(new Set(all.map(({ id }) => id)).size).toBe(107)
    expect(all).toEqual(all.toSorted(newestFirst))
  })

  test('end with no cursor, also where the last one is full', async () => {
    const first = await alice.request('conversation.list', { limit: 100 })
    const rest = { limit: 7, cursor: first.nextCursor }
    expect(await alice.request('conversation.list', rest)).toMatchObject({ nextCursor: null })
    const nobody = await connectNew(server, 'nobody')
    expect(await nobody.request('conversation.list')).toEqual({ conversations: [], nextCursor: null })
  })

  test('a cursor gives the same page as often as it is used', async () => {
    const { nextCursor } = await alice.request('conversation.list', { limit: 30 })
    const page = await alice.request('conversation.list', { limit: 30, cursor: nextCursor })
    expect(await alice.request('conversation.list', { limit: 30, cursor: nextCursor })).toEqual(page)
  })

  test('of long texts end early, with one at least, and nothing is lost', async () => {
    const bob = await connectNew(server, 'bob')
    const peers = await registerMany(12)
    await Promise.all(peers.map((userId) => bob.say({ userId }, '😀'.repeat(9_000))))
    const { conversations, nextCursor } = await bob.request('conversation.list', { limit: 100 })
    expect(conversations.length).toBeGreaterThan(1)
    expect(conversations.length).toBeLessThan(12)
    expect(nextCursor).not.toBeNull()
    expect(new Set((await listAll(bob, 100)).map(({ id }) => id)).size).toBe(12)
    for (const frame of bob.frames)
      expect(Buffer.byteLength(JSON.stringify(frame))).toBeLessThanOrEqual(REPLY_BYTES)
  })
})

describe('order', () => {
  test('a message moves its conversation to the top, a receipt moves nothing', async () => {
    const bob = await connectNew(server, 'bob')
    const [one, two, three] = await Promise.all(
      ['one', 'two', 'three'].map((name) => connectNew(server, name)),
    )
    if (!one || !two || !three) throw new Error('three have come')
    for (const peer of [one, two, three]) await bob.say({ userId: peer.userId }, 'hello')
    // a later instant than those of the first three, so that the order is no tie's
    const newest = await bob.say({ userId: two.userId }, 'again')
    const { conversations } = await bob.request('conversation.list')
    expect(conversations).toEqual(conversations.toSorted(newestFirst))
    expect(conversations.map(({ id }) => id)).toContain(newest.message.conversationId)
    const top = conversations.find(({ id }) => id === newest.message.conversationId)
    expect(top?.updatedAt).toBe(newest.message.createdAt)

    const last = conversations.at(-1)
    if (!last) throw new Error('three were listed')
    const reader = [one, two, three].find(({ userId }) =>
      last.members.some((member) => member.userId === userId),
    )
    await reader?.request('receipt.update', { conversationId: last.id, readSeq: 1 })
    const after = await bob.request('conversation.list')
    expect(after.conversations.map(({ id }) => id)).toEqual(conversations.map(({ id }) => id))
  })
})

describe('each conversation', () => {
  test('is what conversation.get gives', async () => {
    const { alice: anna, bob, conversationId } = await meet(server)
    await anna.say({ conversationId }, 'one')
    await anna.say({ conversationId }, 'two')
    await bob.request('receipt.update', { conversationId, deliveredSeq: 2, readSeq: 1 })
    for (const client of [anna, bob]) {
      const { conversation } = await client.request('conversation.get', { conversationId })
      expect(await client.request('conversation.list')).toEqual({
        conversations: [conversation],
        nextCursor: null,
      })
    }
  })

  test('counts as unread what a full count finds, whatever happened', async () => {
    const { alice: anna, bob, conversationId } = await meet(server)
    const steps = [
      () => anna.say({ conversationId }, 'one'),
      () => anna.say({ conversationId }, 'two'),
      () => bob.request('receipt.update', { conversationId, readSeq: 1 }),
      () => bob.say({ conversationId }, 'three'),
      () => bob.say({ conversationId }, 'four'),
      () => anna.request('receipt.update', { conversationId, deliveredSeq: 4 }),
      () => anna.request('receipt.update', { conversationId, readSeq: 3 }),
      () => anna.say({ conversationId }, 'five'),
      () => bob.request('receipt.update', { conversationId, readSeq: 99 }),
    ]
    for (const step of steps) {
      await step()
      for (const client of [anna, bob]) {
        const { conversations } = await client.request('conversation.list')
        expect(conversations[0]?.unreadCount).toBe(await countUnread(client, conversationId))
      }
    }
  })
})

test.each([
  ['limit 0', { limit: 0 }],
  ['limit 101', { limit: 101 }],
  ['limit 1.5', { limit: 1.5 }],
  ['limit as text', { limit: '5' }],
  ['an empty cursor', { cursor: '' }],
  ['a made-up cursor', { cursor: 'next' }],
  ['a cursor that is JSON of another kind', { cursor: encode({ updatedAt: 1 }) }],
  ['a cursor of no instant', { cursor: encode(['now', 'x']) }],
  ['a cursor of operators', { cursor: encode([{ $gt: '' }, { $gt: '' }]) }],
  ['a cursor with more in it', { cursor: encode(['2026-01-01T00:00:00.000Z', 'x', 'y']) }],
  ['a cursor that nests deep', { cursor: Buffer.from('['.repeat(10_000)).toString('base64url') }],
  ['a null cursor', { cursor: null }],
  ['a number as cursor', { cursor: 1 }],
  ['an operator as cursor', { cursor: { $gt: '' } }],
  ['an unknown field', { userId: 'bob' }],
  ['__proto__', PROTO],
])('%s is refused', async (_, params) => {
  expect(await alice.refused('conversation.list', params)).toEqual(invalid('conversation.list'))
})

test('a stranger lists nothing of it, not even with the cursor of a member', async () => {
  const mallory = await connectNew(server, 'mallory')
  const { nextCursor } = await alice.request('conversation.list', { limit: 30 })
  const nothing = { conversations: [], nextCursor: null }
  expect(await mallory.request('conversation.list')).toEqual(nothing)
  expect(await mallory.request('conversation.list', { cursor: nextCursor })).toEqual(nothing)
  expect(heard(mallory)).toEqual([])
})

// --- Internal helpers ---

const registerMany = (count: number) =>
  Promise.all(Array.from({ length: count }, () => registerNew(server, 'peer')))

function newestFirst(a: Conversation, b: Conversation) {
  if (a.updatedAt !== b.updatedAt) return a.updatedAt > b.updatedAt ? -1 : 1
  return a.id < b.id ? -1 : 1
}

async function listAll(client: TestClient, limit: number): Promise<Conversation[]> {
  const all: Conversation[] = []
  let from = {}
  for (;;) {
    const { conversations, nextCursor } = await client.request('conversation.list', { limit, ...from })
    all.push(...conversations)
    if (nextCursor === null) return all
    if (conversations.length === 0) throw new Error('a page with more after it holds one at least')
    from = { cursor: nextCursor }
  }
}

async function countUnread(client: TestClient, conversationId: string) {
  const { messages } = await client.request('message.list', { conversationId, limit: 100 })
  return messages.filter(({ senderId, readAt }) => senderId !== client.userId && readAt === null).length
}

function encode(value: unknown) {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
