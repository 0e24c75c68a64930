// message.send beyond the rate: two messages at once and then, for as long as a test lasts, none.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect, newId } from '#rufer/tests/helpers/client.ts'
import { heardBesidesPresence, meet, registerNew } from '#rufer/tests/helpers/people.ts'
import { invalid } from '#rufer/tests/helpers/refusals.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({
    env: {
      RUFER_LIMIT_REQUESTS_PER_SECOND: '0',
      RUFER_LIMIT_MESSAGES_PER_SECOND: '0.001',
      RUFER_LIMIT_MESSAGES_BURST: '2',
    },
  })
})
afterAll(() => server.stop())

test('past the burst a message is refused on every connection of the user, and of no other', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const phone = await connect(server, alice.userId)
  await alice.say({ conversationId }, 'one')
  await phone.say({ conversationId }, 'two')
  for (const client of [alice, phone]) {
    const error = await client.refused('message.send', { id: newId(), conversationId, text: 'three' })
    expect(error).toMatchObject({ code: 'rate-limited', retryable: true })
    expect(error.message).toMatch(/^unable to send message; ./)
    expect(error.retryAfterMs).toBeGreaterThan(0)
  }
  const { message } = await bob.say({ conversationId }, 'three')
  expect(message.seq).toBe(3)
  for (const text of ['one', 'two', 'three'])
    expect((await bob.next('message.created')).message.text).toBe(text)
  expect(heardBesidesPresence(bob)).toHaveLength(4)
})

test('a duplicate costs nothing, and comes back even when nothing is left', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const phone = await connect(server, alice.userId)
  const id = newId()
  const { message } = await alice.request('message.send', { id, conversationId, text: 'one' })
  for (const client of [alice, phone, alice, phone]) {
    const again = await client.request('message.send', { id, conversationId, text: 'one' })
    expect(again).toEqual({ message, duplicate: true })
  }
  await alice.say({ conversationId }, 'two')
  expect(await alice.refused('message.send', { id: newId(), conversationId, text: 'three' })).toMatchObject({
    code: 'rate-limited',
  })
  for (const params of [
    { conversationId, text: 'one' },
    { conversationId, text: 'another text' },
    { userId: bob.userId, text: 'one' },
  ]) {
    expect(await phone.request('message.send', { id, ...params })).toEqual({ message, duplicate: true })
  }
  const empty = await phone.refused('message.send', { id, conversationId, text: '' })
  expect(empty).toEqual(invalid('message.send'))
})

test('beyond the rate the id of a message tells nothing to those it is not of', async () => {
  const { alice, bob, mallory, conversationId } = await meet(server)
  const id = newId()
  await alice.request('message.send', { id, conversationId, text: 'a secret' })
  const [carol, dave] = [await registerNew(server, 'carol'), await registerNew(server, 'dave')]
  await mallory.say({ userId: carol }, 'one')
  await mallory.say({ userId: carol }, 'two')
  for (const params of [{ conversationId }, { userId: dave }, { userId: alice.userId }]) {
    const error = await mallory.refused('message.send', { id, text: 'a secret', ...params })
    expect(error.code).toBe('rate-limited')
  }
  await alice.say({ conversationId }, 'two')
  expect((await alice.refused('message.send', { id, userId: dave, text: 'x' })).code).toBe('rate-limited')
  const { conversation } = await bob.request('conversation.get', { conversationId })
  expect(conversation.seq).toBe(2)
})

test('what was refused was not stored: sent later, under the same id, it is new', async () => {
  const { alice, bob, conversationId } = await meet(server)
  await alice.say({ conversationId }, 'one')
  await alice.say({ conversationId }, 'two')
  const id = newId()
  expect((await alice.refused('message.send', { id, conversationId, text: 'x' })).code).toBe('rate-limited')
  const theirs = await bob.request('message.send', { id, conversationId, text: 'y' })
  expect(theirs).toMatchObject({ duplicate: false, message: { seq: 3, text: 'y' } })
})
