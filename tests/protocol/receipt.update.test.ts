// receipt.update: how far a member got, only forward, told once to everybody it is for.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '#rufer/tests/helpers/client.ts'
import { heard, meet, UNHURRIED, type Company } from '#rufer/tests/helpers/people.ts'
import { invalid, missingIds, noStrings, notFound, PROTO } from '#rufer/tests/helpers/refusals.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

let server: TestServer
let company: Company
beforeAll(async () => {
  server = await startServer({ env: UNHURRIED })
  company = await meet(server)
})
afterAll(() => server.stop())

/** A company whose alice has sent three messages. */
async function meetAndSay(): Promise<Company> {
  const met = await meet(server)
  for (const text of ['one', 'two', 'three'])
    await met.alice.say({ conversationId: met.conversationId }, text)
  return met
}

describe('moving', () => {
  test('takes the next rev and tells every connection of both, once', async () => {
    const { alice, bob, conversationId } = await meetAndSay()
    const [phone, tablet] = await Promise.all([connect(server, alice.userId), connect(server, bob.userId)])
    const result = await bob.request('receipt.update', { conversationId, deliveredSeq: 2, readSeq: 1 })
    expect(result).toEqual({ deliveredSeq: 2, readSeq: 1 })
    const told = await bob.next('receipt.updated')
    expect(told.receipt).toEqual({
      conversationId,
      userId: bob.userId,
      deliveredSeq: 2,
      deliveredAt: expect.any(String),
      readSeq: 1,
      readAt: told.receipt.deliveredAt,
      rev: 4,
    })
    for (const client of [alice, phone, tablet]) expect(await client.next('receipt.updated')).toEqual(told)
    await alice.say({ conversationId }, 'fence')
    for (const client of [alice, phone, bob, tablet]) {
      await client.next('message.created')
      expect(client.pending('receipt.updated')).toEqual([])
    }
  })

  test.each([
    ['delivered', { deliveredSeq: 2 }, { deliveredSeq: 2, readSeq: 0 }],
    ['read, which lifts delivered', { readSeq: 2 }, { deliveredSeq: 2, readSeq: 2 }],
    ['read beyond delivered', { deliveredSeq: 1, readSeq: 3 }, { deliveredSeq: 3, readSeq: 3 }],
    ['delivered, with a read of nothing', { deliveredSeq: 1, readSeq: 0 }, { deliveredSeq: 1, readSeq: 0 }],
    ['delivered beyond the last', { deliveredSeq: 4 }, { deliveredSeq: 3, readSeq: 0 }],
    ['read beyond all', { readSeq: Number.MAX_SAFE_INTEGER }, { deliveredSeq: 3, readSeq: 3 }],
  ])('%s: caps and lifts', async (_, params, markers) => {
    const { alice, bob, conversationId } = await meetAndSay()
    expect(await bob.request('receipt.update', { conversationId, ...params })).toEqual(markers)
    expect((await alice.next('receipt.updated')).receipt).toMatchObject({ ...markers, rev: 4 })
    const { conversation } = await bob.request('conversation.get', { conversationId })
    expect(conversation.unreadCount).toBe(3 - markers.readSeq)
    expect(conversation.members.find(({ userId }) => userId === bob.userId)).toMatchObject(markers)
  })

  test('keeps the instant of a marker that stays', async () => {
    const { alice, bob, conversationId } = await meetAndSay()
    await bob.request('receipt.update', { conversationId, deliveredSeq: 3 })
    const had = (await alice.next('receipt.updated')).receipt
    expect(had.readAt).toBeNull()
    await bob.request('receipt.update', { conversationId, readSeq: 1 })
    const read = (await alice.next('receipt.updated')).receipt
    expect(read).toMatchObject({ deliveredSeq: 3, deliveredAt: had.deliveredAt, readSeq: 1, rev: 5 })
    expect(read.readAt).not.toBeNull()
  })
})

describe('not moving', () => {
  test.each([
    ['the same', { deliveredSeq: 3, readSeq: 2 }],
    ['lower ones', { deliveredSeq: 1, readSeq: 1 }],
    ['nothing', { readSeq: 0 }],
    ['delivered below read', { deliveredSeq: 1 }],
    ['delivered beyond the last', { deliveredSeq: 99 }],
  ])('%s: no error, no event, no rev', async (_, params) => {
    const { alice, bob, conversationId } = await meetAndSay()
    await bob.request('receipt.update', { conversationId, deliveredSeq: 3, readSeq: 2 })
    const standing = { deliveredSeq: 3, readSeq: 2 }
    expect(await bob.request('receipt.update', { conversationId, ...params })).toEqual(standing)
    const { message } = await alice.say({ conversationId }, 'fence')
    expect(message.rev).toBe(5)
    await alice.next('receipt.updated')
    for (let left = 4; left > 0; left--) await alice.next('message.created')
    expect(alice.pending('receipt.updated')).toEqual([])
  })

  test('in an empty conversation there is nothing to move', async () => {
    const { bob, conversationId } = await meet(server)
    const standing = await bob.request('receipt.update', { conversationId, deliveredSeq: 5, readSeq: 5 })
    expect(standing).toEqual({ deliveredSeq: 0, readSeq: 0 })
  })

  test("the sender's own markers are at the message already", async () => {
    const { alice, conversationId } = await meetAndSay()
    const standing = await alice.request('receipt.update', { conversationId, readSeq: 3 })
    expect(standing).toEqual({ deliveredSeq: 3, readSeq: 3 })
    const { conversation } = await alice.request('conversation.get', { conversationId })
    expect(conversation.rev).toBe(3)
  })
})

test('revs come in order, whatever messages and receipts happen at once, and none is missing', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const phone = await connect(server, bob.userId)
  const rounds = Array.from({ length: 20 }, (_, index) => index + 1)
  await Promise.all(
    rounds.flatMap((round) => [
      alice.say({ conversationId }, `message ${round}`),
      bob.request('receipt.update', { conversationId, deliveredSeq: round }),
      phone.request('receipt.update', { conversationId, readSeq: round }),
    ]),
  )
  const { conversation } = await alice.request('conversation.get', { conversationId })
  await alice.say({ conversationId }, 'fence')
  for (const client of [alice, bob, phone]) {
    for (let left = 21; left > 0; left--) await client.next('message.created')
    const revs = client.frames.flatMap(revOf)
    expect(revs).toEqual(Array.from({ length: conversation.rev + 1 }, (_, index) => index + 1))
  }
})

test('the other learns when each message was delivered and read first', async () => {
  const { alice, bob, conversationId } = await meetAndSay()
  await bob.request('receipt.update', { conversationId, deliveredSeq: 2 })
  const had = (await alice.next('receipt.updated')).receipt
  await bob.request('receipt.update', { conversationId, readSeq: 3 })
  const read = (await alice.next('receipt.updated')).receipt
  const { messages } = await alice.request('message.list', { conversationId })
  expect(messages).toMatchObject([
    { deliveredAt: had.deliveredAt, readAt: read.readAt, rev: 1 },
    { deliveredAt: had.deliveredAt, readAt: read.readAt, rev: 2 },
    { deliveredAt: read.deliveredAt, readAt: read.readAt, rev: 3 },
  ])
  const { conversation } = await alice.request('conversation.get', { conversationId })
  expect(conversation.lastMessage).toEqual(messages.at(-1))
})

test.each([
  ['neither marker', { readSeq: undefined }],
  ['a negative one', { readSeq: -1 }],
  ['one between', { deliveredSeq: 0.5 }],
  ['text', { readSeq: '1' }],
  ['null', { deliveredSeq: null }],
  ['an operator', { readSeq: { $gt: 0 } }],
  ['one that is too large', { readSeq: 2 ** 53 }],
  ["somebody else's", { userId: 'bob' }],
  ['an instant', { readAt: '2020-01-01T00:00:00.000Z' }],
  ['__proto__', PROTO],
  ...noStrings('conversationId'),
])('%s is refused', async (_, params) => {
  const { bob, conversationId } = company
  const error = await bob.refused('receipt.update', { conversationId, readSeq: 1, ...params })
  expect(error).toEqual(invalid('receipt.update'))
})

test('a stranger marks nothing, learns nothing, and hears nothing', async () => {
  const { alice, bob, mallory, conversationId } = await meetAndSay()
  for (const id of [conversationId, ...missingIds(conversationId)]) {
    const error = await mallory.refused('receipt.update', { conversationId: id, readSeq: 1 })
    expect(error).toEqual(notFound('receipt.update'))
  }
  await bob.request('receipt.update', { conversationId, readSeq: 3 })
  expect((await alice.next('receipt.updated')).receipt).toMatchObject({ userId: bob.userId, rev: 4 })
  await mallory.settled()
  expect(heard(mallory)).toEqual([])
})

// --- Internal helpers ---

function revOf({ data }: Record<string, unknown>): number[] {
  const { message, receipt } = (data ?? {}) as Record<string, { rev: number }>
  const changed = message ?? receipt
  return changed ? [changed.rev] : []
}
