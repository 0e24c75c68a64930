// session.ping: a sign of life that tells the server's time, and nothing else.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { heard, heardBesidesPresence, meet, UNHURRIED, type Company } from '#rufer/tests/helpers/people.ts'
import { invalid, PROTO } from '#rufer/tests/helpers/refusals.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

let server: TestServer
let company: Company
beforeAll(async () => {
  server = await startServer({ env: UNHURRIED })
  company = await meet(server)
})
afterAll(() => server.stop())

test('answers the time, which goes on from that of the start', async () => {
  const { alice } = company
  const times = [alice.started.serverTime]
  for (let left = 3; left > 0; left--) times.push((await alice.request('session.ping')).serverTime)
  expect(times).toEqual(times.toSorted())
})

test('needs no params', async () => {
  const { alice } = company
  alice.sendRaw('{"id":1000000,"method":"session.ping"}')
  expect(await alice.reply(1_000_000)).toEqual({ id: 1_000_000, result: { serverTime: expect.any(String) } })
})

test('is answered in its turn', async () => {
  const { bob, conversationId } = company
  const done: string[] = []
  await Promise.all([
    bob.say({ conversationId }, 'hello').then(() => done.push('send')),
    bob.request('session.ping').then(() => done.push('ping')),
    bob.request('conversation.list').then(() => done.push('list')),
  ])
  expect(done).toEqual(['send', 'ping', 'list'])
})

test.each([
  ['an unknown field', { serverTime: 'now' }],
  ['__proto__', PROTO],
])('%s is refused', async (_, params) => {
  expect(await company.bob.refused('session.ping', params)).toEqual(invalid('session.ping'))
})

test('a stranger pings alike, and nobody hears it', async () => {
  const { alice, mallory } = await meet(server)
  await mallory.request('session.ping')
  await alice.settled()
  expect([...heard(mallory), ...heardBesidesPresence(alice).slice(1)]).toEqual([])
})
