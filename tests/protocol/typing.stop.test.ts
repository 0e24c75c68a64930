// typing.stop: ends one connection's typing at once, and is told only where a start was.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '#rufer/tests/helpers/client.ts'
import {
  hearAll,
  heard,
  meet,
  typeSoon,
  typingHeard,
  UNHURRIED,
  type Company,
} from '#rufer/tests/helpers/people.ts'
import { invalid, missingIds, noStrings, notFound, PROTO } from '#rufer/tests/helpers/refusals.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

let server: TestServer
let company: Company
beforeAll(async () => {
  server = await startServer({ env: UNHURRIED })
  company = await meet(server)
})
afterAll(() => server.stop())

test('is told at once, to every connection of the other, and to none of one’s own', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const [phone, tablet] = await Promise.all([connect(server, alice.userId), connect(server, bob.userId)])
  await alice.request('typing.start', { conversationId })
  expect(await alice.request('typing.stop', { conversationId })).toEqual({})
  for (const client of [bob, tablet])
    expect(await client.next('typing.stopped')).toEqual({ conversationId, userId: alice.userId })
  for (const client of [alice, phone]) {
    await hearAll(client, conversationId)
    expect(typingHeard(client)).toEqual([])
  }
})

test('without a start nothing is told', async () => {
  const { alice, bob, conversationId } = await meet(server)
  await alice.request('typing.stop', { conversationId })
  await alice.request('typing.start', { conversationId })
  await alice.request('typing.stop', { conversationId })
  await alice.request('typing.stop', { conversationId })
  await hearAll(bob, conversationId)
  expect(typingHeard(bob)).toEqual(['typing.started', 'typing.stopped'])
})

test('however fast typing starts and stops, each stop follows a start', async () => {
  const { alice, bob, conversationId } = await meet(server)
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      alice.request(index % 2 === 0 ? 'typing.start' : 'typing.stop', { conversationId }),
    ),
  )
  await hearAll(bob, conversationId)
  const told = typingHeard(bob)
  expect(told.length).toBeGreaterThan(0)
  expect(told).toEqual(told.map((_, index) => (index % 2 === 0 ? 'typing.started' : 'typing.stopped')))
  expect(told.length % 2).toBe(0)
})

test('ends the typing of its own connection only', async () => {
  const { bob, phone, conversationId, told } = await typeSoon(server, async (met) => {
    const { alice, bob: other, conversationId: id } = met
    const second = await connect(server, alice.userId)
    for (const client of [alice, second]) await client.request('typing.start', { conversationId: id })
    await alice.request('typing.stop', { conversationId: id })
    await hearAll(other, id)
    return { ...met, phone: second, told: typingHeard(other) }
  })
  expect(told).toEqual(['typing.started'])
  await phone.request('typing.stop', { conversationId })
  await hearAll(bob, conversationId)
  expect(typingHeard(bob)).toEqual(['typing.started', 'typing.stopped'])
})

test.each([['an unknown field', { userId: 'bob' }], ['__proto__', PROTO], ...noStrings('conversationId')])(
  '%s is refused',
  async (_, params) => {
    const { alice, conversationId } = company
    const error = await alice.refused('typing.stop', { conversationId, ...params })
    expect(error).toEqual(invalid('typing.stop'))
  },
)

test('a stranger stops nobody and hears nothing', async () => {
  const { alice, mallory, conversationId, told } = await typeSoon(server, async (met) => {
    const { conversationId: id } = met
    await met.alice.request('typing.start', { conversationId: id })
    for (const strange of [id, ...missingIds(id)]) {
      const error = await met.mallory.refused('typing.stop', { conversationId: strange })
      expect(error).toEqual(notFound('typing.stop'))
    }
    await hearAll(met.bob, id)
    return { ...met, told: typingHeard(met.bob) }
  })
  expect(told).toEqual(['typing.started'])
  await alice.request('typing.stop', { conversationId })
  await mallory.settled()
  expect(heard(mallory)).toEqual([])
})
