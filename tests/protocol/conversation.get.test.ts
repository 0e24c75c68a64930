// conversation.get: one conversation as its member sees it, and for others none.
import { afterAll, beforeAll, expect, test } from 'vitest'
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

test('a new conversation is the one that was opened', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const { conversation } = await alice.request('conversation.open', { userId: bob.userId })
  expect(await alice.request('conversation.get', { conversationId })).toEqual({ conversation })
  expect(await bob.request('conversation.get', { conversationId })).toEqual({ conversation })
})

test('carries members with their receipts, unread count and last message', async () => {
  const { alice, bob, conversationId } = await meet(server)
  await alice.say({ conversationId }, 'one')
  const { message } = await alice.say({ conversationId }, 'two')
  await bob.request('receipt.update', { conversationId, deliveredSeq: 2, readSeq: 1 })
  const { receipt } = await alice.next('receipt.updated')

  const { conversation } = await bob.request('conversation.get', { conversationId })
  const { deliveredSeq, deliveredAt, readSeq, readAt } = receipt
  expect(conversation).toEqual({
    id: conversationId,
    kind: 'direct',
    members: expect.arrayContaining([
      {
        userId: alice.userId,
        displayName: alice.userId,
        deliveredSeq: 2,
        deliveredAt: message.createdAt,
        readSeq: 2,
        readAt: message.createdAt,
      },
      { userId: bob.userId, displayName: bob.userId, deliveredSeq, deliveredAt, readSeq, readAt },
    ]),
    seq: 2,
    rev: 3,
    unreadCount: 1,
    lastMessage: { ...message, deliveredAt },
    updatedAt: message.createdAt,
  })
  expect((await alice.request('conversation.get', { conversationId })).conversation).toEqual({
    ...conversation,
    unreadCount: 0,
  })
})

test('a receipt takes a rev and leaves updatedAt alone', async () => {
  const { alice, bob, conversationId } = await meet(server)
  await alice.say({ conversationId }, 'one')
  const before = (await bob.request('conversation.get', { conversationId })).conversation
  await bob.request('receipt.update', { conversationId, readSeq: 1 })
  const after = (await bob.request('conversation.get', { conversationId })).conversation
  expect(after).toMatchObject({ rev: before.rev + 1, seq: before.seq, updatedAt: before.updatedAt })
})

test.each([['an unknown field', { userId: 'bob' }], ['__proto__', PROTO], ...noStrings('conversationId')])(
  '%s is refused',
  async (_, params) => {
    const { alice, conversationId } = company
    const error = await alice.refused('conversation.get', { conversationId, ...params })
    expect(error).toEqual(invalid('conversation.get'))
  },
)

test('a stranger gets what one gets for no conversation', async () => {
  const { mallory, conversationId } = company
  for (const id of [conversationId, ...missingIds(conversationId)]) {
    const error = await mallory.refused('conversation.get', { conversationId: id })
    expect(error).toEqual(notFound('conversation.get'))
  }
  expect(heard(mallory)).toEqual([])
})

test('a member, too, gets nothing for ids that only resemble the conversation', async () => {
  const { alice, conversationId } = company
  for (const id of missingIds(conversationId)) {
    const error = await alice.refused('conversation.get', { conversationId: id })
    expect(error).toEqual(notFound('conversation.get'))
  }
})
