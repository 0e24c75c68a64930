// user.get: the profile of any registered user, and nothing but the profile.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callApi } from '#rufer/tests/helpers/api.ts'
import { heard, meet, newUserId, UNHURRIED, type Company } from '#rufer/tests/helpers/people.ts'
import { invalid, noStrings, PROTO, unknownUser } from '#rufer/tests/helpers/refusals.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

let server: TestServer
let company: Company
beforeAll(async () => {
  server = await startServer({ env: UNHURRIED })
  company = await meet(server)
})
afterAll(() => server.stop())

test('gives the profile as it was registered, and as it is now', async () => {
  const { alice } = company
  const user = {
    userId: newUserId('Åsa').replace('Å', 'A'),
    displayName: ' Åsa 😀 <b>',
    avatarUrl: 'https://example.com/a.png?x=1#y',
  }
  await callApi(server, 'POST /api/users/register', { body: user })
  expect(await alice.request('user.get', { userId: user.userId })).toEqual({ user })
  const renamed = { userId: user.userId, displayName: 'Asa' }
  await callApi(server, 'POST /api/users/register', { body: renamed })
  expect(await alice.request('user.get', { userId: user.userId })).toEqual({ user: renamed })
})

test('gives the same to a member, to a stranger, and to oneself', async () => {
  const { alice, bob, mallory } = company
  const user = { userId: bob.userId, displayName: bob.userId }
  for (const client of [alice, bob, mallory])
    expect(await client.request('user.get', { userId: bob.userId })).toEqual({ user })
})

test('a stranger who asked learns nothing else: no presence, no event', async () => {
  const { alice, bob, mallory } = await meet(server)
  await mallory.request('user.get', { userId: bob.userId })
  await bob.close()
  await alice.next('presence.changed')
  await mallory.settled()
  expect(heard(mallory)).toEqual([])
})

test.each([newUserId('nobody'), 'constructor', 'x'.repeat(128)])('%s is not found', async (userId) => {
  expect(await company.alice.refused('user.get', { userId })).toEqual(unknownUser('user.get'))
})

test.each([
  ['an empty id', { userId: '' }],
  ['an id of 129 characters', { userId: 'x'.repeat(129) }],
  ['an id with a quote', { userId: "bob' OR 1=1 --" }],
  ['an id with U+0000', { userId: 'bob\u0000' }],
  ['an unknown field', { fields: ['lastSeenAt'] }],
  ['__proto__', PROTO],
  ...noStrings('userId'),
])('%s is refused', async (_, params) => {
  const { alice, bob } = company
  const error = await alice.refused('user.get', { userId: bob.userId, ...params })
  expect(error).toEqual(invalid('user.get'))
})
