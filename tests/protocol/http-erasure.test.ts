// Erasure over HTTP: a user goes for good, peers hear of it, and a kill in the midst of it costs nothing.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callApi } from '#rufer/tests/helpers/api.ts'
import { connect, newId } from '#rufer/tests/helpers/client.ts'
import { meet, UNHURRIED, type Company } from '#rufer/tests/helpers/people.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: UNHURRIED })
})
afterAll(() => server.stop())

const erase = (userId: string) => callApi(server, `DELETE /api/users/${userId}`)

describe('DELETE /api/users/:userId', () => {
  test('tells peers of every message, and of who is no more', async () => {
    const { alice, bob, mallory, conversationId } = await meet(server)
    const own = [await alice.say({ conversationId }, 'one'), await alice.say({ conversationId }, 'two')]
    await bob.say({ conversationId }, 'three')
    const { status, body } = await erase(alice.userId)
    expect([status, body]).toEqual([200, { userId: alice.userId, messages: 2 }])

    for (const { message } of own) {
      const told = (await bob.next('message.updated')).message
      expect(told).toMatchObject({
        id: message.id,
        seq: message.seq,
        text: '',
        deletedAt: expect.any(String),
      })
      expect(told.rev).toBeGreaterThan(3)
    }
    const renamed = (await bob.next('conversation.updated')).conversation
    expect(renamed.members).toContainEqual(
      expect.objectContaining({ userId: alice.userId, displayName: 'Deleted user' }),
    )
    await mallory.settled()
    expect(mallory.pending('message.updated')).toEqual([])
    const { messages } = await bob.request('message.list', { conversationId })
    expect(messages.map(({ text }) => text)).toEqual(['', '', 'three'])
    await Promise.all([bob.close(), mallory.close()])
  })

  test('whoever was away finds it by sync', async () => {
    const { alice, bob, conversationId } = await meet(server)
    await alice.say({ conversationId }, 'one')
    await bob.close()
    await erase(alice.userId)
    const back = await connect(server, bob.userId)
    const { conversations } = await back.request('conversation.sync', { revs: { [conversationId]: 1 } })
    expect(conversations).toMatchObject([
      {
        conversation: { rev: 2, lastMessage: { text: '', deletedAt: expect.any(String) } },
        messages: [{ seq: 1, rev: 2, text: '' }],
        hasMore: false,
      },
    ])
    await back.close()
  })

  test('ends every session, and refuses the id from then on', async () => {
    const { alice, bob, conversationId } = await meet(server)
    await erase(alice.userId)
    expect(await alice.closed).toBe(4401)
    const { userId } = alice
    const refusals = await Promise.all([
      callApi(server, 'POST /api/users/register', { body: { userId, displayName: 'Alice II' } }),
      callApi(server, 'POST /api/users/session-token', { body: { userId } }),
      callApi(server, 'POST /api/users/sign-in-link', { body: { userId } }),
      callApi(server, `GET /api/users/${userId}/online`),
      callApi(server, `GET /api/users/${userId}/export`),
      callApi(server, `DELETE /api/users/${userId}/sessions`),
      post(server, { senderId: userId, conversationId }),
      post(server, { senderId: userId, userId: bob.userId }),
    ])
    expect(refusals.map(({ status, body }) => `${status} ${body.error?.code}`)).toEqual([
      '409 user-erased',
      ...Array.from({ length: 5 }, () => '404 user-not-found'),
      '404 conversation-not-found',
      '404 user-not-found',
    ])
    await bob.close()
  })

  test('the peer keeps the conversation, but nobody can open one with the erased', async () => {
    const { alice, bob, mallory, conversationId } = await meet(server)
    await alice.say({ conversationId }, 'one')
    await erase(alice.userId)
    const { conversations } = await bob.request('conversation.list')
    expect(conversations.map(({ id }) => id)).toEqual([conversationId])
    const { code } = await mallory.refused('conversation.open', { userId: alice.userId })
    expect(code).toBe('user-not-found')
    await Promise.all([bob.close(), mallory.close()])
  })

  test('a second time it answers the same', async () => {
    const { alice, bob, conversationId } = await meet(server)
    await alice.say({ conversationId }, 'one')
    const answers = [await erase(alice.userId), await erase(alice.userId)]
    expect(answers.map(({ status, body }) => [status, body])).toEqual(
      answers.map(() => [200, { userId: alice.userId, messages: 1 }]),
    )
    await bob.close()
  })

  test.each([
    ['nobody', 'nobody', '404 user-not-found'],
    ['what is no id', '%20', '400 invalid-params'],
  ])('of %s → %s', async (_name, userId, answer) => {
    const { status, body } = await erase(userId)
    expect(`${status} ${body.error?.code}`).toBe(answer)
  })

  test('a process that stops answers whoever waits; the next one goes on', { timeout: 120_000 }, async () => {
    const { alice, answer, count } = await cutOff('SIGTERM')
    expect(answer).toMatchObject({ status: 503, body: { error: { code: 'draining' } } })
    expect(await erase(alice.userId)).toMatchObject({ status: 200, body: { messages: count } })
  })

  test('killed in the midst of it, it is done once it is asked for again', { timeout: 120_000 }, async () => {
    const { alice, bob, conversationId, answer, count } = await cutOff('SIGKILL')
    expect(answer).toBeInstanceOf(Error)
    expect(await erase(alice.userId)).toMatchObject({ status: 200, body: { messages: count } })
    const back = await connect(server, bob.userId)
    const { messages } = await back.request('message.list', { conversationId, limit: 100 })
    expect(new Set(messages.map(({ text }) => text))).toEqual(new Set(['']))
    await back.close()
  })
})

// --- Internal helpers ---

/** Messages at once: no more than so many connections wait to be taken. */
const AT_ONCE = 400

interface CutOff extends Company {
  answer: unknown
  /** how many messages there were */
  count: number
}

/** An erasure in whose midst the server ended, and what it was answered; of one that was done by then the next has more to do. */
async function cutOff(signal: 'SIGTERM' | 'SIGKILL', each = 1): Promise<CutOff> {
  const company = await meet(server)
  await sayMany(company, each)
  const answering = erase(company.alice.userId).catch((error: unknown) => error)
  await company.bob.next('message.updated')
  await server.signal(signal)
  await server.restart()
  const answer = await answering
  const isDone = Object(answer).status === 200
  return isDone ? cutOff(signal, each * 2) : { ...company, answer, count: AT_ONCE * each }
}

async function sayMany({ alice, conversationId }: Company, each: number) {
  const message = { senderId: alice.userId, conversationId }
  for (let round = 0; round < each; round++)
    await Promise.all(Array.from({ length: AT_ONCE }, () => post(server, message)))
}

function post(address: TestServer, message: { senderId: string; conversationId?: string; userId?: string }) {
  return callApi(address, 'POST /api/messages', { body: { id: newId(), text: 'hello', ...message } })
}
