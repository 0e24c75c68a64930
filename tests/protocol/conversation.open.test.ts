// conversation.open: one conversation for two users, whoever asks first and however often.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '#rufer/tests/helpers/client.ts'
import {
  connectNew,
  hearAll,
  heardBesidesPresence,
  meet,
  newUserId,
  registerNew,
  UNHURRIED,
  type Company,
} from '#rufer/tests/helpers/people.ts'
import { invalid, noStrings, PROTO, unknownUser } from '#rufer/tests/helpers/refusals.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

let server: TestServer
let company: Company
beforeAll(async () => {
  server = await startServer({ env: UNHURRIED })
  company = await meet(server)
})
afterAll(() => server.stop())

test('makes an empty conversation and tells every connection of both', async () => {
  const [alice, bob] = await Promise.all([connectNew(server, 'alice'), connectNew(server, 'bob')])
  const [phone, tablet] = await Promise.all([connect(server, alice.userId), connect(server, bob.userId)])
  const { conversation } = await alice.request('conversation.open', { userId: bob.userId })
  const untouched = { deliveredSeq: 0, deliveredAt: null, readSeq: 0, readAt: null }
  expect(conversation).toEqual({
    id: expect.stringMatching(/./),
    kind: 'direct',
    members: expect.arrayContaining([
      { userId: alice.userId, displayName: alice.userId, ...untouched },
      { userId: bob.userId, displayName: bob.userId, ...untouched },
    ]),
    seq: 0,
    rev: 0,
    unreadCount: 0,
    lastMessage: null,
    updatedAt: expect.any(String),
  })
  expect(conversation.members).toHaveLength(2)
  for (const client of [alice, phone, bob, tablet])
    expect(await client.next('conversation.updated')).toEqual({ conversation })
})

test('opened again, by either side, it is the same, and nobody is told', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const sides = [alice, bob, alice].map((client) =>
    client.request('conversation.open', { userId: client === alice ? bob.userId : alice.userId }),
  )
  for (const { conversation } of await Promise.all(sides)) expect(conversation.id).toBe(conversationId)
  await alice.say({ conversationId }, 'fence')
  for (const client of [alice, bob]) {
    await client.next('message.created')
    expect(heardBesidesPresence(client)).toEqual(['conversation.updated', 'message.created'])
  }
})

test('opened by both sides at once, it is made and told once', async () => {
  const [alice, bob] = await Promise.all([connectNew(server, 'alice'), connectNew(server, 'bob')])
  const [mine, theirs] = await Promise.all([
    alice.request('conversation.open', { userId: bob.userId }),
    bob.request('conversation.open', { userId: alice.userId }),
  ])
  expect(mine).toEqual(theirs)
  await alice.say({ userId: bob.userId }, 'fence')
  await bob.next('message.created')
  expect(heardBesidesPresence(bob)).toEqual(['conversation.updated', 'message.created'])
})

test('is seen by each as their own: what they read, what they did not', async () => {
  const { alice, bob } = await meet(server)
  const { message } = await alice.say({ userId: bob.userId }, 'hello')
  const theirs = await bob.request('conversation.open', { userId: alice.userId })
  expect(theirs.conversation).toMatchObject({ unreadCount: 1, seq: 1, rev: 1, lastMessage: message })
  const mine = await alice.request('conversation.open', { userId: bob.userId })
  expect(mine.conversation).toEqual({ ...theirs.conversation, unreadCount: 0 })
})

test('others share neither the id nor the conversation', async () => {
  const { alice, bob, mallory, conversationId } = await meet(server)
  const withAlice = await mallory.request('conversation.open', { userId: alice.userId })
  const withBob = await mallory.request('conversation.open', { userId: bob.userId })
  const ids = [conversationId, withAlice.conversation.id, withBob.conversation.id]
  expect(new Set(ids).size).toBe(3)
  await alice.say({ conversationId }, 'between us')
  await bob.next('message.created')
  await hearAll(mallory, withBob.conversation.id)
  // the message is mallory's own
  expect(heardBesidesPresence(mallory)).toEqual([
    'conversation.updated',
    'conversation.updated',
    'message.created',
  ])
})

test('user ids that differ in case only are different users', async () => {
  const { alice, bob } = company
  const error = await alice.refused('conversation.open', { userId: bob.userId.toUpperCase() })
  expect(error).toEqual(unknownUser('conversation.open'))
})

test.each([
  ['a user', newUserId('nobody')],
  ['the longest id', `n${'x'.repeat(127)}`],
  ['a name of every object', 'constructor'],
])('%s nobody registered is not found', async (_, userId) => {
  const error = await company.alice.refused('conversation.open', { userId })
  expect(error).toEqual(unknownUser('conversation.open'))
})

test('oneself is refused', async () => {
  const { alice } = company
  const error = await alice.refused('conversation.open', { userId: alice.userId })
  expect(error).toEqual(invalid('conversation.open'))
})

test.each([
  ['an empty id', { userId: '' }],
  ['an id that begins with a dot', { userId: '.bob' }],
  ['an id of 129 characters', { userId: 'x'.repeat(129) }],
  ['an id with a space', { userId: 'bob ' }],
  ['an id with a line break', { userId: 'bob\n' }],
  ['an id beyond ASCII', { userId: 'böb' }],
  ['an unknown field', { kind: 'group' }],
  ['__proto__', PROTO],
  ...noStrings('userId'),
])('%s is refused', async (_, params) => {
  const userId = await registerNew(server, 'carol')
  const error = await company.alice.refused('conversation.open', { userId, ...params })
  expect(error).toEqual(invalid('conversation.open'))
})
