// typing.start: the others see who types, once a second, until it ends in one of its ways.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type TestClient } from '#rufer/tests/helpers/client.ts'
import {
  hearAll,
  hearGone,
  heard,
  heardBesidesPresence,
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

describe.concurrent('a start', () => {
  test('is told to every connection of the other, and to none of one’s own', async () => {
    const { alice, bob, conversationId } = await meet(server)
    const [phone, tablet] = await Promise.all([connect(server, alice.userId), connect(server, bob.userId)])
    expect(await alice.request('typing.start', { conversationId })).toEqual({})
    for (const client of [bob, tablet])
      expect(await client.next('typing.started')).toEqual({ conversationId, userId: alice.userId })
    for (const client of [alice, phone]) {
      await hearAll(client, conversationId)
      expect(typingHeard(client)).toEqual([])
    }
  })

  test('is relayed once a second, however often it is said', async () => {
    const { alice, bob, conversationId } = await meet(server)
    const began = performance.now()
    await Promise.all(Array.from({ length: 30 }, () => alice.request('typing.start', { conversationId })))
    const seconds = Math.floor((performance.now() - began) / 1000)
    await hearAll(bob, conversationId)
    const { length } = bob.pending('typing.started')
    expect(length).toBeGreaterThan(0)
    expect(length).toBeLessThanOrEqual(1 + seconds)
  })

  test('said again later is relayed again, with no stop in between', async () => {
    const { alice, bob, conversationId } = await meet(server)
    await alice.request('typing.start', { conversationId })
    await bob.next('typing.started')
    const countRelayed = () => startAndCount(alice, bob, conversationId)
    await expect.poll(countRelayed).toBeGreaterThan(0)
    expect(new Set(typingHeard(bob))).toEqual(new Set(['typing.started']))
  })

  test('takes no rev and leaves nothing behind', async () => {
    const { alice, bob, conversationId } = await meet(server)
    const before = await bob.request('conversation.get', { conversationId })
    await alice.request('typing.start', { conversationId })
    expect(await bob.request('conversation.get', { conversationId })).toEqual(before)
    await bob.next('typing.started')
    const late = await connect(server, bob.userId)
    await late.settled()
    // its end is told to whoever is there then
    expect(heard(late).filter((event) => event !== 'typing.stopped')).toEqual([])
  })
})

describe.concurrent('typing ends', () => {
  test('by itself, when it is not said again', async () => {
    const { alice, bob, conversationId } = await meet(server)
    await alice.request('typing.start', { conversationId })
    await bob.next('typing.started')
    expect(await bob.next('typing.stopped')).toEqual({ conversationId, userId: alice.userId })
    await alice.request('typing.start', { conversationId })
    await bob.next('typing.started')
    expect(typingHeard(bob).slice(0, 3)).toEqual(['typing.started', 'typing.stopped', 'typing.started'])
  })

  test('at once when the connection ends: before its user is offline', async () => {
    const { alice, bob, conversationId } = await meet(server)
    await alice.request('typing.start', { conversationId })
    alice.socket.terminate()
    await hearGone(bob, alice.userId)
    expect(heard(bob).at(-1)).toBe('presence.changed')
    expect(typingHeard(bob)).toEqual(['typing.started', 'typing.stopped'])
  })

  test('with the last connection that types, not with the first', async () => {
    const { alice, bob, conversationId, told } = await typeSoon(server, async (met) => {
      const { alice: tablet, bob: other, conversationId: id } = met
      const phone = await connect(server, tablet.userId)
      for (const client of [tablet, phone]) await client.request('typing.start', { conversationId: id })
      phone.socket.terminate()
      await phone.closed
      await tablet.settled()
      await hearAll(other, id)
      return { ...met, told: typingHeard(other) }
    })
    expect(told).toEqual(['typing.started'])
    await alice.request('typing.stop', { conversationId })
    await bob.next('typing.stopped')
  })

  test.each(['the connection that types', 'another one'])('before a message from %s', async (which) => {
    const { alice, bob, conversationId } = await meet(server)
    const phone = await connect(server, alice.userId)
    await phone.request('typing.start', { conversationId })
    const sender = which === 'another one' ? alice : phone
    await sender.say({ conversationId }, 'done')
    await bob.next('message.created')
    expect(heardBesidesPresence(bob).slice(1)).toEqual([
      'typing.started',
      'typing.stopped',
      'message.created',
    ])
    await phone.request('typing.stop', { conversationId })
    await bob.settled()
    expect(bob.pending('typing.stopped')).toHaveLength(1)
  })

  test('for oneself, not for the other, who types too', async () => {
    const told = await typeSoon(server, async ({ alice, bob, conversationId }) => {
      await Promise.all([
        alice.request('typing.start', { conversationId }),
        bob.request('typing.start', { conversationId }),
      ])
      await alice.say({ conversationId }, 'done')
      await bob.next('message.created')
      await alice.next('message.created')
      return [bob, alice].map(typingHeard)
    })
    expect(told).toEqual([['typing.started', 'typing.stopped'], ['typing.started']])
  })

  test('in one conversation, not in another', async () => {
    const told = await typeSoon(server, async ({ alice, bob, mallory, conversationId }) => {
      const other = await alice.request('conversation.open', { userId: mallory.userId })
      await alice.request('typing.start', { conversationId })
      await alice.request('typing.start', { conversationId: other.conversation.id })
      await alice.say({ conversationId }, 'done')
      await bob.next('message.created')
      await hearAll(mallory, other.conversation.id)
      return [bob, mallory].map(typingHeard)
    })
    expect(told).toEqual([['typing.started', 'typing.stopped'], ['typing.started']])
  })
})

test('a message without typing says nothing of typing', async () => {
  const { alice, bob, conversationId } = await meet(server)
  await alice.say({ conversationId }, 'pasted')
  await bob.next('message.created')
  expect(typingHeard(bob)).toEqual([])
})

test.each([['an unknown field', { isTyping: true }], ['__proto__', PROTO], ...noStrings('conversationId')])(
  '%s is refused',
  async (_, params) => {
    const { alice, conversationId } = company
    const error = await alice.refused('typing.start', { conversationId, ...params })
    expect(error).toEqual(invalid('typing.start'))
  },
)

test('a stranger types to nobody, and sees nobody type', async () => {
  const { alice, bob, mallory, conversationId } = await meet(server)
  for (const id of [conversationId, ...missingIds(conversationId)]) {
    const error = await mallory.refused('typing.start', { conversationId: id })
    expect(error).toEqual(notFound('typing.start'))
  }
  await alice.request('typing.start', { conversationId })
  expect(await bob.next('typing.started')).toEqual({ conversationId, userId: alice.userId })
  await Promise.all([mallory, alice].map((client) => client.settled()))
  expect(typingHeard(alice)).toEqual([])
  expect(heard(mallory)).toEqual([])
})

// --- Internal helpers ---

/** Says it once more; how many starts the other heard that were not counted yet. */
async function startAndCount(typist: TestClient, other: TestClient, conversationId: string) {
  await typist.request('typing.start', { conversationId })
  await other.settled()
  return other.pending('typing.started').length
}
