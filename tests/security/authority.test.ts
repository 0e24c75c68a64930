// S12, S13, S22, S23, S34, S35: who one is, and what follows from that alone.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { callApi } from '#rufer/tests/helpers/api.ts'
import { connect, newId } from '#rufer/tests/helpers/client.ts'
import {
  connectNew,
  heard,
  hearGone,
  meet,
  newUserId,
  UNHURRIED,
  type Company,
} from '#rufer/tests/helpers/people.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { methods } from '#rufer/shared/protocol/methods.ts'

let server: TestServer
let company: Company
beforeAll(async () => {
  server = await startServer({ env: UNHURRIED })
})
beforeEach(async () => {
  company = await meet(server)
})
afterAll(() => server.stop())

test('S12 no field of any method says who one is; each attempt is refused, and the sender is the session’s', async () => {
  const { alice, bob, mallory, conversationId } = company
  const claims = [
    'senderId',
    'sender',
    'from',
    'fromUserId',
    'user',
    'ownerId',
    'connectionId',
    '_id',
    'isAdmin',
    'token',
  ]
  const sent = { id: newId(), userId: bob.userId, text: 'hello' }
  for (const claim of claims) {
    for (const value of [alice.userId, { userId: alice.userId }, { $ne: null }]) {
      expect(await mallory.refused('message.send', { ...sent, [claim]: value })).toMatchObject({
        code: 'invalid-params',
      })
    }
  }
  for (const { params } of Object.values(methods)) {
    const fields = Object.keys(params.shape)
    expect(fields.filter((field) => claims.includes(field))).toEqual([])
  }
  const { message } = await mallory.request('message.send', sent)
  expect(message.senderId).toBe(mallory.userId)
  expect(message.conversationId).not.toBe(conversationId)
})

test('S13 a receipt is one’s own, of a conversation one is in', async () => {
  const { alice, bob, mallory, conversationId } = company
  await alice.say({ conversationId }, 'unread')
  await bob.next('message.created')
  expect(await mallory.refused('receipt.update', { conversationId, readSeq: 1 })).toMatchObject({
    code: 'conversation-not-found',
  })
  const forBob = { conversationId, readSeq: 1, userId: bob.userId }
  expect(await alice.refused('receipt.update', forBob)).toMatchObject({ code: 'invalid-params' })
  // the sender's own receipt reads nothing for the recipient
  await alice.request('receipt.update', { conversationId, readSeq: 1 })
  const { conversation } = await bob.request('conversation.get', { conversationId })
  expect(conversation.unreadCount).toBe(1)
})

test('S22 presence tells no difference between who is not there, who shares nothing, and who is online', async () => {
  const { bob, mallory } = company
  const nobody = newUserId('nobody')
  expect(await mallory.request('presence.watch', { userIds: [bob.userId, nobody] })).toEqual({
    presences: [],
  })
  const refusals = [
    await mallory.refused('conversation.get', { conversationId: company.conversationId }),
    await mallory.refused('conversation.get', { conversationId: 'none' }),
  ]
  expect(refusals[0]).toEqual(refusals[1])
})

test('S23 presence, typing, receipts and profiles reach those who share a conversation, and nobody else', async () => {
  const { alice, bob, mallory, conversationId } = company
  await mallory.settled()
  const before = heard(mallory).length
  await alice.request('typing.start', { conversationId })
  await bob.next('typing.started')
  await alice.say({ conversationId }, 'between us')
  await bob.next('message.created')
  await bob.request('receipt.update', { conversationId, readSeq: 1 })
  await alice.next('receipt.updated')
  await callApi(server, 'POST /api/users/register', {
    body: { userId: alice.userId, displayName: 'Another name' },
  })
  await bob.next('conversation.updated')
  await alice.close()
  expect((await hearGone(bob, alice.userId)).status).toBe('offline')
  await mallory.settled()
  expect(heard(mallory)).toHaveLength(before)
})

test('S34 the id of another’s message is a conflict that tells nothing of it, and takes nothing from it', async () => {
  const { alice, bob, mallory, conversationId } = company
  const { message } = await alice.say({ conversationId }, 'mine')
  const stolen = await mallory.refused('message.send', { id: message.id, userId: bob.userId, text: 'stolen' })
  expect(stolen.code).toBe('id-conflict')
  for (const told of [conversationId, alice.userId, 'mine'])
    expect(JSON.stringify(stolen)).not.toContain(told)
  const { messages } = await bob.request('message.list', { conversationId })
  expect(messages).toMatchObject([{ id: message.id, senderId: alice.userId, text: 'mine' }])
})

test('S35 registering takes three fields, and nothing else can be assigned on the way', async () => {
  const user = { userId: newUserId('plain'), displayName: 'Plain' }
  for (const more of ['isAdmin', 'role', 'lastSeenAt', 'onlineAt', '_id', '__v', 'secrets', 'constructor']) {
    const answer = await callApi(server, 'POST /api/users/register', { body: { ...user, [more]: 'x' } })
    expect({ more, status: answer.status }).toEqual({ more, status: 400 })
  }
  const body = `{"userId":"${user.userId}","displayName":"Plain","__proto__":{"isAdmin":true}}`
  expect((await callApi(server, 'POST /api/users/register', { body })).status).toBe(400)
  const full = { ...user, avatarUrl: 'https://example.com/a.png' }
  expect((await callApi(server, 'POST /api/users/register', { body: full })).body).toEqual(full)
  const asker = await connectNew(server, 'asker')
  expect((await asker.request('user.get', { userId: user.userId })).user).toEqual(full)
  await connect(server, user.userId)
})
