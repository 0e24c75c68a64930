// presence.watch: who is there, now and from now on, among those one shares a conversation with.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OFFLINE_GRACE_MS, WATCH_AT_ONCE } from '#rufer/shared/protocol/limits.ts'
import { issueToken } from '#rufer/tests/helpers/api.ts'
import { connect, connectWith, type TestClient } from '#rufer/tests/helpers/client.ts'
import {
  hearGone,
  connectNew,
  heard,
  meet,
  newUserId,
  presencesHeard,
  registerNew,
  UNHURRIED,
  type Company,
} from '#rufer/tests/helpers/people.ts'
import { invalid, PROTO } from '#rufer/tests/helpers/refusals.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

let server: TestServer
let company: Company
beforeAll(async () => {
  server = await startServer({ env: UNHURRIED })
  company = await meet(server)
})
afterAll(() => server.stop())

const online = (userId: string) => ({ userId, status: 'online', lastSeenAt: null })
const neverSeen = (userId: string) => ({ userId, status: 'offline', lastSeenAt: null })

describe('the answer', () => {
  test('tells who is online, who is not, and who never was', async () => {
    const { alice, bob } = await meet(server)
    const carol = await connectNew(server, 'carol')
    const dave = await registerNew(server, 'dave')
    await alice.request('conversation.open', { userId: carol.userId })
    await alice.request('conversation.open', { userId: dave })
    await carol.close()
    const presence = await hearGone(alice, carol.userId)
    const userIds = [bob.userId, carol.userId, dave]
    const { presences } = await alice.request('presence.watch', { userIds })
    expect(presences).toHaveLength(3)
    expect(presences).toEqual(expect.arrayContaining([online(bob.userId), neverSeen(dave), presence]))
  })

  test('holds everybody once, and oneself not at all', async () => {
    const { alice, bob } = company
    const userIds = [bob.userId, alice.userId, bob.userId]
    const { presences } = await alice.request('presence.watch', { userIds })
    expect(presences).toEqual([online(bob.userId)])
    expect(await alice.request('presence.watch', { userIds: [] })).toEqual({ presences: [] })
  })

  test('holds no stranger and nobody unknown, and does not say so', async () => {
    const { alice, bob, mallory } = company
    const userIds = [alice.userId, bob.userId, newUserId('nobody')]
    expect(await mallory.request('presence.watch', { userIds })).toEqual({ presences: [] })
    const mixed = { userIds: [mallory.userId, bob.userId, newUserId('nobody'), 'constructor'] }
    expect(await alice.request('presence.watch', mixed)).toEqual({ presences: [online(bob.userId)] })
  })

  test('is for 500 at most', async () => {
    const { alice, bob } = company
    const userIds = Array.from({ length: WATCH_AT_ONCE - 1 }, (_, index) => `unknown-${index}`)
    const { presences } = await alice.request('presence.watch', { userIds: [...userIds, bob.userId] })
    expect(presences).toEqual([online(bob.userId)])
    const error = await alice.refused('presence.watch', { userIds: [...userIds, bob.userId, 'one-more'] })
    expect(error).toEqual(invalid('presence.watch'))
  })
})

describe.concurrent('events', () => {
  test('come when somebody comes and when somebody has gone, with the instant of going', async () => {
    const { alice, bob } = await meet(server)
    const { serverTime: before } = await bob.request('session.ping')
    await bob.close()
    const presence = await hearGone(alice, bob.userId)
    const { serverTime: after } = await alice.request('session.ping')
    expect(presence).toEqual({
      userId: bob.userId,
      status: 'offline',
      lastSeenAt: expect.any(String),
    })
    const gone = Date.parse(presence.lastSeenAt ?? '')
    expect(gone).toBeGreaterThanOrEqual(Date.parse(before))
    // told a second after the connection ended, and not said to have ended only then
    expect(Date.parse(after) - gone).toBeGreaterThan(900)
    const { presences } = await alice.request('presence.watch', { userIds: [bob.userId] })
    expect(presences).toEqual([presence])
    await connect(server, bob.userId)
    expect(await alice.next('presence.changed')).toEqual({ presence: online(bob.userId) })
  })

  test('do not come for a second connection, nor for the end of one of two', async () => {
    const { alice, bob } = await meet(server)
    const phone = await connect(server, bob.userId)
    await phone.close()
    const tablet = await connect(server, bob.userId)
    await bob.close()
    await tablet.close()
    await hearGone(alice, bob.userId)
    expect(presencesHeard(alice)).toEqual([`${bob.userId} offline`])
  })

  test('a reload does not blink: until a second has passed the user is online', async () => {
    const { alice, bob, reloaded } = await meetAndReload()
    const { presences } = await alice.request('presence.watch', { userIds: [bob.userId] })
    expect(presences).toEqual([online(bob.userId)])
    reloaded.socket.terminate()
    await hearGone(alice, bob.userId)
    expect(presencesHeard(alice)).toEqual([`${bob.userId} offline`])
  })

  test('come to every connection that watches, and to no other', async () => {
    const { alice, bob, mallory } = await meet(server)
    const [watching, idle] = [await connect(server, alice.userId), await connect(server, alice.userId)]
    await watching.request('presence.watch', { userIds: [bob.userId] })
    await mallory.request('presence.watch', { userIds: [bob.userId] })
    await bob.close()
    await hearGone(alice, bob.userId)
    await hearGone(watching, bob.userId)
    for (const client of [idle, mallory]) {
      await client.settled()
      expect(heard(client)).toEqual([])
    }
  })

  test('of oneself never come', async () => {
    const { alice, bob, conversationId } = await meet(server)
    await alice.request('presence.watch', { userIds: [alice.userId, bob.userId] })
    await alice.request('conversation.get', { conversationId })
    await connect(server, alice.userId)
    await bob.close()
    await hearGone(alice, bob.userId)
    expect(presencesHeard(alice)).toEqual([`${bob.userId} offline`])
  })
})

describe.concurrent('watched without asking are the others of conversations', () => {
  const ways: [string, (client: TestClient, known: Company) => Promise<unknown>][] = [
    ['listed', (client) => client.request('conversation.list')],
    ['fetched', (client, { conversationId }) => client.request('conversation.get', { conversationId })],
    ['opened', (client, { bob }) => client.request('conversation.open', { userId: bob.userId })],
    [
      'synced',
      (client, { conversationId }) => client.request('conversation.sync', { revs: { [conversationId]: 0 } }),
    ],
    [
      'learned by a message',
      async (client, { alice, conversationId }) => {
        await alice.say({ conversationId }, 'hello')
        await client.next('message.created')
      },
    ],
    [
      'learned by a receipt',
      async (client, { bob, conversationId }) => {
        await bob.request('receipt.update', { conversationId, readSeq: 1 })
        await client.next('receipt.updated')
      },
    ],
  ]
  test.each(ways)('%s', async (_, learn) => {
    const met = await meet(server)
    await met.alice.say({ conversationId: met.conversationId }, 'first')
    const fresh = await connect(server, met.alice.userId)
    await learn(fresh, met)
    await met.bob.close()
    await hearGone(fresh, met.bob.userId)
    expect(presencesHeard(fresh)).toEqual([`${met.bob.userId} offline`])
  })

  test('opened by the other, and only from then on', async () => {
    const [alice, bob] = await Promise.all([connectNew(server, 'alice'), connectNew(server, 'bob')])
    expect(await alice.request('presence.watch', { userIds: [bob.userId] })).toEqual({ presences: [] })
    const phone = await connect(server, bob.userId)
    await bob.request('conversation.open', { userId: alice.userId })
    await alice.next('conversation.updated')
    await bob.close()
    await phone.close()
    await hearGone(alice, bob.userId)
    expect(presencesHeard(alice)).toEqual([`${bob.userId} offline`])
  })
})

test.each([
  ['no list', { userIds: undefined }],
  ['one id', { userIds: 'bob' }],
  ['null', { userIds: null }],
  ['an operator object', { userIds: { $ne: null } }],
  ['a list of operators', { userIds: [{ $ne: null }] }],
  ['a list with an ill-formed id', { userIds: ['bob', ''] }],
  ['a list with null', { userIds: [null] }],
  ['an unknown field', { all: true }],
  ['__proto__', PROTO],
])('%s is refused', async (_, params) => {
  const error = await company.alice.refused('presence.watch', { userIds: [], ...params })
  expect(error).toEqual(invalid('presence.watch'))
})

// ends the process: last
test.each([
  ['was stopped', 'SIGTERM'],
  ['was killed', 'SIGKILL'],
] as const)(
  'whoever was online when the process %s was last seen then',
  { timeout: 150_000 },
  async (_, signal) => {
    const { alice, bob, conversationId } = await meet(server)
    // presences are stored behind the connection, and told once they are: news of bob says that his is
    await bob.close()
    await hearGone(alice, bob.userId)
    const again = await connect(server, bob.userId)
    expect(await alice.next('presence.changed')).toEqual({ presence: online(bob.userId) })
    await server.signal(signal)
    await server.restart()
    const back = await connect(server, alice.userId)
    const seen = async () => {
      const { presences } = await back.request('presence.watch', { userIds: [bob.userId] })
      expect(presences).toMatchObject([{ userId: bob.userId }])
      return presences[0]?.lastSeenAt ?? ''
    }
    // one of several processes is taken for dead only when it has kept silent for a while
    await expect.poll(seen, { timeout: 90_000, interval: 500 }).toMatch(/^20/)
    expect((await seen()) >= again.started.serverTime).toBe(true)
    await back.request('conversation.get', { conversationId })
    await connect(server, bob.userId)
    // of who was offline already when the process started nothing was told before
    const told = [await back.next('presence.changed')]
    if (told[0]?.presence.status === 'offline') told.push(await back.next('presence.changed'))
    expect(told.at(-1)).toEqual({ presence: online(bob.userId) })
  },
)

// --- Internal helpers ---

/** A company whose bob has reloaded the page; who was away for too long, as the machine was busy, has left and come back. */
async function meetAndReload(): Promise<Company & { reloaded: TestClient }> {
  const met = await meet(server)
  const { userId, socket } = met.bob
  const token = await issueToken(server, userId)
  const leftAt = performance.now()
  socket.terminate()
  const reloaded = await connectWith(server, { userId, token })
  return performance.now() - leftAt < OFFLINE_GRACE_MS ? { ...met, reloaded } : meetAndReload()
}
