// Messages over HTTP: what a back end sends for its bots and its people, as if they had sent it themselves.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callApi } from '#rufer/tests/helpers/api.ts'
import { newId } from '#rufer/tests/helpers/client.ts'
import { connectNew, meet, newUserId, registerNew } from '#rufer/tests/helpers/people.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const post = (body: object) => callApi(server, 'POST /api/messages', { body })

describe('POST /api/messages', () => {
  test('sends for a user who never connected, and opens the conversation on the way', async () => {
    const [bot, alice] = await Promise.all([registerNew(server, 'bot'), connectNew(server, 'alice')])
    const id = newId()
    const { status, body } = await post({
      id,
      senderId: bot,
      userId: alice.userId,
      text: 'Your order is on its way',
    })
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        message: expect.objectContaining({ id, senderId: bot, seq: 1, text: 'Your order is on its way' }),
        duplicate: false,
      },
    })
    expect(await alice.next('message.created')).toEqual({ message: body['message'] })
  })

  test('tells all members the same way, the one it is sent for, too', async () => {
    const { alice, bob, conversationId } = await meet(server)
    const { body } = await post({ id: newId(), senderId: alice.userId, conversationId, text: 'by mail' })
    for (const client of [alice, bob])
      expect(await client.next('message.created')).toEqual({ message: body['message'] })
  })

  test('again with the same id it is the message that is stored, and told of once', async () => {
    const { alice, bob, conversationId } = await meet(server)
    const once = { id: newId(), senderId: alice.userId, conversationId, text: 'once' }
    const [first, second] = [await post(once), await post({ ...once, text: 'twice' })]
    expect(second).toMatchObject({ status: 200, body: { ...first.body, duplicate: true } })
    const { message } = await bob.say({ conversationId }, 'after it')
    expect(message.seq).toBe(2)
    const other = await post({ ...once, senderId: bob.userId })
    expect({ status: other.status, code: other.body.error?.code }).toEqual({
      status: 409,
      code: 'id-conflict',
    })
  })

  test('no rate of one user holds up a back end', async () => {
    const [bot, alice] = [await registerNew(server, 'bot'), await registerNew(server, 'alice')]
    const sent = Array.from({ length: 60 }, () =>
      post({ id: newId(), senderId: bot, userId: alice, text: 'hello' }),
    )
    expect(new Set((await Promise.all(sent)).map(({ status }) => status))).toEqual(new Set([200]))
  })

  test.each([
    ['a sender nobody knows', { senderId: 'nobody' }, '404 user-not-found'],
    ['a recipient nobody knows', { userId: 'nobody' }, '404 user-not-found'],
    [
      'a conversation of others',
      { userId: undefined, conversationId: 'other' },
      '404 conversation-not-found',
    ],
    ['no sender', { senderId: undefined }, '400 invalid-params'],
    ['no recipient', { userId: undefined }, '400 invalid-params'],
    ['two recipients', { conversationId: 'other' }, '400 invalid-params'],
    ['an empty text', { text: '' }, '400 invalid-params'],
    ['a text beyond the limit', { text: 'x'.repeat(10_001) }, '400 text-too-long'],
    ['a field nobody knows', { seq: 7 }, '400 invalid-params'],
  ])('refuses %s, and stores nothing', async (_name, given, wanted) => {
    const [bot, alice] = [await registerNew(server, 'bot'), await connectNew(server, 'alice')]
    const sound = { id: newId(), senderId: bot, userId: alice.userId, text: 'hello' }
    const { status, body } = await post({ ...sound, ...given })
    expect(`${status} ${body.error?.code}`).toBe(wanted)
    expect(await alice.request('conversation.list')).toMatchObject({ conversations: [] })
  })

  test('nobody writes to themselves', async () => {
    const userId = await registerNew(server, newUserId('alice'))
    const { status, body } = await post({ id: newId(), senderId: userId, userId, text: 'hello' })
    expect({ status, code: body.error?.code }).toEqual({ status: 400, code: 'invalid-params' })
  })
})
