// Profiles: a change reaches every conversation of the user, without taking a rev.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callApi } from '#rufer/tests/helpers/api.ts'
import { connect, type TestClient } from '#rufer/tests/helpers/client.ts'
import { heard as heardAll, meet, UNHURRIED } from '#rufer/tests/helpers/people.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: UNHURRIED })
})
afterAll(() => server.stop())

const register = (profile: { userId: string; displayName: string; avatarUrl?: string }) =>
  callApi(server, 'POST /api/users/register', { body: profile })

/** That the others are online is told in its own time. */
const heard = (client: TestClient) => heardAll(client).filter((event) => event !== 'presence.changed')

test('a new name or picture is told to every connection of every member, each in their own view', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const [phone, tablet] = await Promise.all([connect(server, alice.userId), connect(server, bob.userId)])
  await alice.say({ conversationId }, 'one')
  const before = await bob.request('conversation.get', { conversationId })
  const profile = { userId: alice.userId, displayName: 'Alice', avatarUrl: 'https://example.com/a.png' }
  await register(profile)
  for (const client of [alice, phone, bob, tablet]) {
    const { conversation } = await client.next('conversation.updated')
    const isReader = client.userId === alice.userId
    expect(conversation).toEqual({
      ...before.conversation,
      members: expect.arrayContaining([expect.objectContaining(profile)]),
      unreadCount: isReader ? 0 : 1,
    })
    expect(await client.request('conversation.get', { conversationId })).toEqual({ conversation })
  }
})

test('takes no rev, so that the next change has the next one', async () => {
  const { alice, bob, conversationId } = await meet(server)
  await alice.say({ conversationId }, 'one')
  await register({ userId: bob.userId, displayName: 'Robert' })
  const { message } = await alice.say({ conversationId }, 'two')
  expect(message).toMatchObject({ seq: 2, rev: 2 })
  expect(await alice.request('conversation.sync', { revs: { [conversationId]: 2 } })).toEqual({
    conversations: [],
  })
  const { conversations } = await alice.request('conversation.list')
  expect(conversations[0]?.members.find(({ userId }) => userId === bob.userId)?.displayName).toBe('Robert')
})

test('a left-out picture is removed', async () => {
  const { alice, bob, conversationId } = await meet(server)
  await register({ userId: bob.userId, displayName: 'Bob', avatarUrl: 'https://example.com/b.png' })
  await register({ userId: bob.userId, displayName: 'Bob' })
  await alice.next('conversation.updated')
  const { conversation } = await alice.next('conversation.updated')
  expect(conversation.id).toBe(conversationId)
  expect(conversation.members.find(({ userId }) => userId === bob.userId)).not.toHaveProperty('avatarUrl')
})

test('is told for each conversation of the user, and only to its members', async () => {
  const { alice, bob, mallory, conversationId } = await meet(server)
  const other = await mallory.request('conversation.open', { userId: bob.userId })
  await mallory.next('conversation.updated')
  await bob.next('conversation.updated')
  await register({ userId: bob.userId, displayName: 'Bob' })
  const told = [await bob.next('conversation.updated'), await bob.next('conversation.updated')]
  const ids = told.map(({ conversation }) => conversation.id)
  expect(ids.toSorted()).toEqual([conversationId, other.conversation.id].toSorted())
  expect((await alice.next('conversation.updated')).conversation.id).toBe(conversationId)
  expect((await mallory.next('conversation.updated')).conversation.id).toBe(other.conversation.id)
  await Promise.all([alice.settled(), mallory.settled()])
  expect([...alice.pending('conversation.updated'), ...mallory.pending('conversation.updated')]).toEqual([])
})

test('registered again unchanged, nothing is told; a stranger hears nothing of a change', async () => {
  const { alice, bob, mallory, conversationId } = await meet(server)
  await register({ userId: bob.userId, displayName: bob.userId })
  await register({ userId: bob.userId, displayName: 'Bob' })
  await alice.say({ conversationId }, 'fence')
  await alice.next('message.created')
  expect(heard(alice)).toEqual(['conversation.updated', 'conversation.updated', 'message.created'])
  await mallory.settled()
  expect(heard(mallory)).toEqual([])
})

test('a profile that cannot be is refused, and told to nobody', async () => {
  const { alice, bob, conversationId } = await meet(server)
  for (const displayName of ['', '   ', 'x'.repeat(101), 'a\ud800', 'a\u0000']) {
    const { status, body } = await register({ userId: bob.userId, displayName })
    expect({ status, code: body.error?.code }).toEqual({ status: 400, code: 'invalid-params' })
  }
  await alice.say({ conversationId }, 'fence')
  await alice.next('message.created')
  expect(heard(alice)).toEqual(['conversation.updated', 'message.created'])
})
