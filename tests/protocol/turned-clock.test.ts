// The machine's clock, turned an hour forward and then back: no order, no heartbeat and no timeout follows it.
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect, type TestClient } from '#rufer/tests/helpers/client.ts'
import { meet, UNHURRIED } from '#rufer/tests/helpers/people.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

const HOUR_MS = 3_600_000
const PRELOADED = pathToFileURL(`${import.meta.dirname}/../helpers/turned-clock.ts`).href
const PING_MS = 200
/** longer than the machine of those who answer is ever busy */
const DEAD_MS = 5_000

let server: TestServer

beforeAll(async () => {
  server = await startServer({
    // of two, one would still live in the hour before
    processes: 1,
    env: {
      ...UNHURRIED,
      NODE_OPTIONS: `--import=${PRELOADED}`,
      TURNED_CLOCK_MS: [HOUR_MS, -HOUR_MS].join(),
      RUFER_HEARTBEAT_MS: String(PING_MS),
      RUFER_HEARTBEAT_TIMEOUT_MS: String(DEAD_MS),
    },
  })
})
afterAll(() => server.stop())

test('messages keep their order, connections live, and what takes its time takes that time', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const to = { conversationId }
  await alice.say(to, 'now')
  await bob.say(to, 'now, too')

  await turn(alice, HOUR_MS)
  await alice.say(to, 'an hour later')
  await lives([alice, bob], conversationId)

  await turn(alice, -HOUR_MS)
  await bob.say(to, 'an hour earlier')
  await alice.request('receipt.update', { conversationId, readSeq: 4 })
  await alice.say(to, 'and on')
  await lives([alice, bob], conversationId)

  const texts = ['now', 'now, too', 'an hour later', 'an hour earlier', 'and on']
  const { messages } = await alice.request('message.list', { conversationId })
  expect(messages.map(({ seq, text }) => [seq, text])).toEqual(texts.map((text, index) => [index + 1, text]))
  const instants = messages.map(({ createdAt }) => createdAt)
  expect(instants).toEqual(instants.toSorted())
  for (const client of [alice, bob])
    expect(client.pending('message.created').map(({ message }) => message.text)).toEqual(texts)
  const { conversation } = await bob.request('conversation.get', { conversationId })
  expect(conversation).toMatchObject({ seq: 5, unreadCount: 1, lastMessage: { text: 'and on' } })
})

/** The clock on the wall goes to so far from the right time; resolves when it does. */
async function turn(client: TestClient, ms: number) {
  server.process.kill('SIGUSR2')
  await expect
    .poll(async () => {
      const { serverTime } = await client.request('session.ping')
      return Math.round((Date.parse(serverTime) - Date.now()) / HOUR_MS)
    })
    .toBe(ms / HOUR_MS)
}

/** For longer than a silent connection lives these live, a sign of typing ends, and a new token opens a connection. */
async function lives([alice, bob]: [TestClient, TestClient], conversationId: string) {
  await bob.request('typing.start', { conversationId })
  expect(await alice.next('typing.started')).toEqual({ conversationId, userId: bob.userId })
  for (let pings = 0; pings <= DEAD_MS / PING_MS + 2; pings++)
    await Promise.all([once(alice.socket, 'ping'), once(bob.socket, 'ping')])
  expect(await alice.next('typing.stopped')).toEqual({ conversationId, userId: bob.userId })
  const other = await connect(server, alice.userId)
  const { presences } = await other.request('presence.watch', { userIds: [bob.userId] })
  expect(presences).toEqual([{ userId: bob.userId, status: 'online', lastSeenAt: null }])
  await other.close()
}
