// The way of one message: from one socket through the store and the feed to every socket of every member.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { register } from '#rufer/tests/helpers/api.ts'
import { connect, newId } from '#rufer/tests/helpers/client.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

test('a message is stored, answered, and told to every connection of both members', async () => {
  await register(server, 'alice', 'bob')
  const [alice, phone, bob] = await Promise.all([
    connect(server, 'alice'),
    connect(server, 'alice'),
    connect(server, 'bob'),
  ])
  const id = newId()

  const { message, duplicate } = await alice.request('message.send', { id, userId: 'bob', text: 'hello' })

  expect(duplicate).toBe(false)
  expect(message).toMatchObject({
    id,
    seq: 1,
    rev: 1,
    senderId: 'alice',
    text: 'hello',
    deliveredAt: null,
    readAt: null,
  })
  for (const client of [alice, phone, bob]) {
    const { conversation } = await client.next('conversation.updated')
    expect(conversation).toMatchObject({
      id: message.conversationId,
      seq: 0,
      rev: 0,
      unreadCount: 0,
      lastMessage: null,
    })
    expect(await client.next('message.created')).toEqual({ message })
  }
  const { conversations } = await bob.request('conversation.list')
  expect(conversations).toMatchObject([{ id: message.conversationId, unreadCount: 1, lastMessage: message }])
})

test('what was acknowledged is there after the process was killed', async () => {
  await register(server, 'carol', 'dave')
  const carol = await connect(server, 'carol')
  const { message } = await carol.say({ userId: 'dave' }, 'survive this')
  await server.signal('SIGKILL')
  await server.restart()
  const dave = await connect(server, 'dave')
  const { messages } = await dave.request('message.list', { conversationId: message.conversationId })
  expect(messages).toEqual([message])
})
