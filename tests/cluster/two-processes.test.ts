// Two processes on one database, alice on one and bob on the other: what either does reaches both.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { callApi, issueToken } from '#rufer/tests/helpers/api.ts'
import { connect, connectWith, type TestClient } from '#rufer/tests/helpers/client.ts'
import { hasMongo, newDatabaseUri, readDatabase } from '#rufer/tests/helpers/mongo.ts'
import { heard, heardBesidesPresence, registerNew, UNHURRIED } from '#rufer/tests/helpers/people.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { upgrade } from '#rufer/tests/helpers/wire.ts'

let one: TestServer
let other: TestServer
beforeAll(async () => {
  const env = { ...UNHURRIED, ...(hasMongo && { MONGODB_URI: newDatabaseUri() }) }
  one = await startServer({ env, processes: 1 })
  other = await startServer({ env, processes: 1 })
})
afterAll(() => Promise.all([one.stop(), other.stop()]))

let alice: TestClient
let bob: TestClient
let conversationId: string
beforeEach(async () => {
  alice = await connect(one, await registerNew(one, 'alice'))
  const bobId = await registerNew(one, 'bob')
  const { conversation } = await alice.request('conversation.open', { userId: bobId })
  conversationId = conversation.id
  bob = await connect(other, bobId)
  // told by the process that bob is on
  await alice.next('presence.changed')
  await bob.request('conversation.get', { conversationId })
})

/** On how many processes a user is online, as they have stored it. */
const countPlaces = ({ userId }: TestClient) =>
  readDatabase(one.mongodbUri ?? '', async (database) => {
    const found = await database
      .collection<{ _id: string; places: object[] }>('presences')
      .findOne({ _id: userId })
    return found?.places.length ?? 0
  })

const isOnline = async (server: TestServer, { userId }: TestClient) =>
  (await callApi(server, `GET /api/users/${userId}/online`)).body['isOnline']

test('messages and receipts of both reach both, in one order', async () => {
  const sent = await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      (index % 2 ? alice : bob).say({ conversationId }, `number ${index}`),
    ),
  )
  const seen = await Promise.all(
    [alice, bob].map(async (client) => {
      const seqs: number[] = []
      while (seqs.length < sent.length) seqs.push((await client.next('message.created')).message.seq)
      return seqs
    }),
  )
  const order = sent.map((_, index) => index + 1)
  expect(seen).toEqual([order, order])
  await alice.say({ conversationId }, 'the last one')
  await bob.request('receipt.update', { conversationId, readSeq: 61 })
  for (const client of [alice, bob])
    expect(await client.next('receipt.updated')).toMatchObject({
      receipt: { userId: bob.userId, readSeq: 61 },
    })
})

test('a message that is sent again over the other process is the stored one', async () => {
  const { message } = await alice.say({ conversationId }, 'once')
  const again = await connect(other, alice.userId)
  const params = { id: message.id, conversationId, text: 'once' }
  expect(await again.request('message.send', params)).toEqual({ message, duplicate: true })
})

test('a user is online as long as on one process', async () => {
  expect(await isOnline(one, bob)).toBe(true)
  // stored behind the connection, and nobody told of it
  await expect.poll(() => isOnline(other, alice)).toBe(true)
  expect((await bob.request('presence.watch', { userIds: [alice.userId] })).presences).toEqual([
    { userId: alice.userId, status: 'online', lastSeenAt: null },
  ])
  const phone = await connect(one, bob.userId)
  await expect.poll(() => countPlaces(bob)).toBe(2)
  await bob.close()
  // after the grace of the process that bob left
  await expect.poll(() => countPlaces(bob)).toBe(1)
  expect(await isOnline(other, bob)).toBe(true)
  const before = new Date().toISOString()
  await phone.close()
  const { presence } = await alice.next('presence.changed')
  expect(presence).toMatchObject({ userId: bob.userId, status: 'offline' })
  expect(presence.lastSeenAt && presence.lastSeenAt >= before).toBe(true)
  expect(await isOnline(one, bob)).toBe(false)
  expect(heard(alice).filter((event) => event === 'presence.changed')).toHaveLength(2)
})

test('typing is seen on the other process, and ends before a message over any of one’s connections', async () => {
  await alice.request('typing.start', { conversationId })
  expect(await bob.next('typing.started')).toEqual({ conversationId, userId: alice.userId })
  await alice.request('typing.stop', { conversationId })
  await bob.next('typing.stopped')

  const phone = await connect(other, alice.userId)
  await expect
    .poll(async () => {
      await alice.request('typing.start', { conversationId })
      await bob.settled()
      return bob.pending('typing.started').length
    })
    .toBeGreaterThan(0)
  await phone.say({ conversationId }, 'done')
  await bob.next('message.created')
  expect(heardBesidesPresence(bob).slice(-2)).toEqual(['typing.stopped', 'message.created'])
})

test('the end of a user’s sessions closes their connections on every process, and counts them', async () => {
  const phones = await Promise.all([connect(one, bob.userId), connect(other, bob.userId)])
  const { status, body } = await callApi(one, `DELETE /api/users/${bob.userId}/sessions`)
  expect({ status, body }).toEqual({ status: 200, body: { closed: 3 } })
  for (const client of [bob, ...phones]) expect(await client.closed).toBe(4401)
  await alice.settled()
})

test('a token opens one connection, on whichever process', async () => {
  const token = await issueToken(one, alice.userId)
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, index) => upgrade(index % 2 ? one : other, { token })),
  )
  expect(answers.map(({ status }) => status).filter((status) => status === 101)).toHaveLength(1)
  answers.forEach((answer) => answer.drop())
  const { userId } = alice
  await connectWith(other, { userId, token: await issueToken(one, userId) })
})

test('whoever was on a process that stops comes back to the other; the one that stays hears it', async () => {
  const stopped = other.signal('SIGTERM')
  expect(await bob.closed).toBe(1012)
  expect(await stopped).toBe(0)
  expect((await alice.next('presence.changed')).presence.status).toBe('offline')
  const again = await connect(one, bob.userId)
  expect((await alice.next('presence.changed')).presence.status).toBe('online')
  await again.say({ conversationId }, 'here again')
  expect(await alice.next('message.created')).toMatchObject({ message: { text: 'here again' } })
  await other.restart()
})

test('a process that is killed takes its users offline within 45 s', { timeout: 120_000 }, async () => {
  await other.signal('SIGKILL')
  expect(await isOnline(one, bob)).toBe(true)
  await expect.poll(() => isOnline(one, bob), { timeout: 45_000, interval: 500 }).toBe(false)
  const { presence } = await alice.next('presence.changed')
  expect(presence).toMatchObject({ userId: bob.userId, status: 'offline', lastSeenAt: expect.any(String) })
})
