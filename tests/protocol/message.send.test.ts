// message.send: stored once, in one order, told to everybody it is for, refused without a trace.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, newId } from '#rufer/tests/helpers/client.ts'
import {
  connectNew,
  hearAll,
  heard,
  heardBesidesPresence,
  meet,
  newUserId,
  registerNew,
  UNHURRIED,
  type Company,
} from '#rufer/tests/helpers/people.ts'
import {
  invalid,
  missingIds,
  noStrings,
  notFound,
  PROTO,
  unknownUser,
} from '#rufer/tests/helpers/refusals.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: UNHURRIED })
})
afterAll(() => server.stop())

describe('sending', () => {
  test('to a user opens the conversation on the way, and tells of it first, everywhere', async () => {
    const [alice, bob] = await Promise.all([connectNew(server, 'alice'), connectNew(server, 'bob')])
    const [phone, tablet] = await Promise.all([connect(server, alice.userId), connect(server, bob.userId)])
    const { message } = await alice.say({ userId: bob.userId }, 'hello')
    for (const client of [alice, phone, bob, tablet]) {
      expect(await client.next('message.created')).toEqual({ message })
      expect(heardBesidesPresence(client)).toEqual(['conversation.updated', 'message.created'])
      const { conversation } = await client.next('conversation.updated')
      expect(conversation).toMatchObject({ id: message.conversationId, seq: 0, rev: 0, lastMessage: null })
    }
  })

  test('to a user or to the conversation with that user is the same', async () => {
    const { alice, bob, conversationId } = await meet(server)
    const first = await alice.say({ userId: bob.userId }, 'one')
    const second = await alice.say({ conversationId }, 'two')
    const third = await bob.say({ userId: alice.userId }, 'three')
    expect([first, second, third].map(({ message }) => message)).toMatchObject([
      { conversationId, seq: 1, rev: 1 },
      { conversationId, seq: 2, rev: 2 },
      { conversationId, seq: 3, rev: 3 },
    ])
    await hearAll(alice, conversationId)
    expect(heardBesidesPresence(alice).slice(1)).not.toContain('conversation.updated')
  })

  test('many at once keep their order, and are answered in it', async () => {
    const { alice, bob, conversationId } = await meet(server)
    const texts = Array.from({ length: 50 }, (_, index) => String(index))
    const sent = await Promise.all(texts.map((text) => alice.say({ conversationId }, text)))
    expect(sent.map(({ message }) => message.seq)).toEqual(texts.map((_, index) => index + 1))
    const replies = alice.frames.flatMap(({ id }) => (typeof id === 'number' ? [id] : []))
    expect(replies).toEqual(replies.toSorted((a, b) => a - b))
    for (const { message } of sent) expect(await bob.next('message.created')).toEqual({ message })
  })

  test('reads what came before, without a receipt of its own', async () => {
    const { alice, bob, conversationId } = await meet(server)
    await bob.say({ conversationId }, 'are you there?')
    const { message } = await alice.say({ conversationId }, 'I am')
    const { conversation } = await alice.request('conversation.get', { conversationId })
    expect(conversation).toMatchObject({ unreadCount: 0, seq: 2, rev: 2 })
    const at = message.createdAt
    expect(conversation.members.find(({ userId }) => userId === alice.userId)).toMatchObject({
      deliveredSeq: 2,
      deliveredAt: at,
      readSeq: 2,
      readAt: at,
    })
    const { messages } = await bob.request('message.list', { conversationId })
    expect(messages).toMatchObject([
      { deliveredAt: at, readAt: at },
      { deliveredAt: null, readAt: null },
    ])
    await bob.next('message.created')
    await bob.next('message.created')
    await alice.settled()
    expect([...heard(alice), ...heard(bob)]).not.toContain('receipt.updated')
    const theirs = await bob.request('conversation.get', { conversationId })
    expect(theirs.conversation.unreadCount).toBe(1)
  })
})

describe('sending again', () => {
  test('over several sockets at once stores and tells it once', async () => {
    const [alice, bob] = await Promise.all([connectNew(server, 'alice'), connectNew(server, 'bob')])
    const [phone, tablet] = await Promise.all([connect(server, alice.userId), connect(server, alice.userId)])
    const params = { id: newId(), userId: bob.userId, text: 'once' }
    const sends = [alice, phone, tablet, alice, phone, tablet].map((client) =>
      client.request('message.send', params),
    )
    const results = await Promise.all(sends)
    expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(1)
    for (const { message } of results) expect(message).toEqual(results[0]?.message)
    await alice.say({ userId: bob.userId }, 'fence')
    await bob.next('message.created')
    expect(await bob.next('message.created')).toMatchObject({ message: { seq: 2, text: 'fence' } })
  })

  test('gives the stored message, whatever valid text comes with it, by either target', async () => {
    const { alice, bob, conversationId } = await meet(server)
    const id = newId()
    const { message } = await alice.request('message.send', { id, conversationId, text: 'first' })
    const again = { message, duplicate: true }
    expect(await alice.request('message.send', { id, conversationId, text: 'second' })).toEqual(again)
    expect(await alice.request('message.send', { id, userId: bob.userId, text: 'third' })).toEqual(again)
    await bob.request('receipt.update', { conversationId, readSeq: 1 })
    const { receipt } = await alice.next('receipt.updated')
    const read = { ...message, deliveredAt: receipt.deliveredAt, readAt: receipt.readAt }
    expect(await alice.request('message.send', { id, conversationId, text: 'first' })).toEqual({
      message: read,
      duplicate: true,
    })
    const empty = await alice.refused('message.send', { id, conversationId, text: '' })
    expect(empty).toEqual(invalid('message.send'))
  })

  test('to another target, or by another sender, is a conflict that tells nothing', async () => {
    const { alice, bob, mallory, conversationId } = await meet(server)
    const id = newId()
    await alice.request('message.send', { id, conversationId, text: 'a secret' })
    const conflict = {
      code: 'id-conflict',
      message: 'unable to send message; the message id belongs to another message',
      retryable: false,
    }
    const carol = await registerNew(server, 'carol')
    expect(await alice.refused('message.send', { id, userId: carol, text: 'a secret' })).toEqual(conflict)
    expect(await bob.refused('message.send', { id, conversationId, text: 'a secret' })).toEqual(conflict)
    expect(await mallory.refused('message.send', { id, userId: carol, text: 'a secret' })).toEqual(conflict)
    const strange = await mallory.refused('message.send', { id, conversationId, text: 'a secret' })
    expect(strange).toEqual(notFound('message.send'))
    for (const client of [alice, mallory]) {
      const { conversations } = await client.request('conversation.list')
      expect(conversations.map((conversation) => conversation.id)).not.toContain(carol)
      expect(conversations.length).toBe(client === alice ? 1 : 0)
    }
  })
})

describe('texts', () => {
  test.each([
    ['one character', 'x'],
    ['spaces around it', '  padded \n\t '],
    ['only spaces', '   '],
    ['right to left', 'שלום \u202Eעולם\u202C مرحبا'],
    ['combining marks', 'e\u0301 is not \u00e9, and z\u0351\u0360\u0489'],
    ['an emoji of many code points', '👩‍👩‍👧‍👦 🏳️‍🌈'],
    ['markup', '<script>alert("x")</script><img src=x onerror=alert(1)> &amp;'],
    ['controls, BOM and noncharacters', '\u0001\u007f\ufeff\uffff\u2028'],
    ['10 kB of template and SQL', `'); DROP TABLE messages; -- \${x} {{y}} `.repeat(250)],
    ['10,000 code points', 'y'.repeat(10_000)],
    ['10,000 code points beyond the BMP', '😀'.repeat(10_000)],
  ])('%s arrives unchanged', async (_, text) => {
    const { alice, bob, conversationId } = await meet(server)
    const { message } = await alice.say({ conversationId }, text)
    expect(message.text).toBe(text)
    expect((await bob.next('message.created')).message.text).toBe(text)
    const { messages } = await bob.request('message.list', { conversationId })
    expect(messages.map((stored) => stored.text)).toEqual([text])
  })

  test.each([
    ['10,001 code points', 'y'.repeat(10_001)],
    ['10,001 code points beyond the BMP', '😀'.repeat(10_001)],
  ])('%s are too long', async (_, text) => {
    const { alice, bob, conversationId } = await meet(server)
    const error = await alice.refused('message.send', { id: newId(), conversationId, text })
    expect(error).toEqual({
      code: 'text-too-long',
      message: 'unable to send message; the text has more than 10000 code points',
      retryable: false,
    })
    const { conversation } = await bob.request('conversation.get', { conversationId })
    expect(conversation.seq).toBe(0)
  })
})

describe('bad input', () => {
  let company: Company
  beforeAll(async () => {
    company = await meet(server)
  })
  const valid = () => ({ id: newId(), conversationId: company.conversationId, text: 'hello' })

  test.each([
    ['an empty text', { text: '' }],
    ['a lone high surrogate', { text: 'a\ud83d' }],
    ['a lone low surrogate', { text: '\ude00b' }],
    ['U+0000', { text: 'a\u0000b' }],
    ['an upper-case id', { id: newId().toUpperCase() }],
    ['an id that is no UUID', { id: 'message-1' }],
    ['an id with more after it', { id: `${newId()}\n` }],
    ['an empty id', { id: '' }],
    ['an unknown field', { senderId: 'bob' }],
    ['a place of its own', { seq: 9, createdAt: '2020-01-01T00:00:00.000Z' }],
    ['__proto__', PROTO],
    ['constructor', { constructor: 1 }],
    ['both targets', { userId: 'bob' }],
    ['an ill-formed user', { conversationId: undefined, userId: '' }],
    ...noStrings('id', 'text', 'conversationId'),
    ...noStrings('userId').map(([what, field]): [string, object] => [
      what,
      { ...field, conversationId: undefined },
    ]),
  ])('%s is refused', async (_, params) => {
    const { alice } = company
    const error = await alice.refused('message.send', { ...valid(), ...params })
    expect(error).toEqual(invalid('message.send'))
  })

  test('a message to oneself is refused', async () => {
    const { alice } = company
    const params = { id: newId(), userId: alice.userId, text: 'me' }
    expect(await alice.refused('message.send', params)).toEqual(invalid('message.send'))
  })

  test('to an unknown user, nothing is stored and the id stays free', async () => {
    const { alice, bob } = await meet(server)
    const id = newId()
    const error = await alice.refused('message.send', { id, userId: newUserId('nobody'), text: 'hello?' })
    expect(error).toEqual(unknownUser('message.send'))
    const sent = await alice.request('message.send', { id, userId: bob.userId, text: 'hello?' })
    expect(sent).toMatchObject({ duplicate: false, message: { seq: 1 } })
  })

  test('nothing of it was stored or told', async () => {
    const { alice, bob, conversationId } = company
    await alice.say({ conversationId }, 'the first')
    expect((await bob.next('message.created')).message).toMatchObject({ seq: 1, rev: 1, text: 'the first' })
  })
})

test('a stranger sends nothing, learns nothing, and hears nothing', async () => {
  const { alice, bob, mallory, conversationId } = await meet(server)
  await alice.say({ conversationId }, 'between us')
  for (const target of [conversationId, ...missingIds(conversationId)]) {
    const params = { id: newId(), conversationId: target, text: 'let me in' }
    expect(await mallory.refused('message.send', params)).toEqual(notFound('message.send'))
  }
  await alice.say({ conversationId }, 'still between us')
  await bob.next('message.created')
  expect((await bob.next('message.created')).message.seq).toBe(2)
  await mallory.settled()
  expect(heard(mallory)).toEqual([])
})
