// Webhooks of several processes: one of them sends, and another one goes on where it left off, however it ended.
import { expect, onTestFinished, test } from 'vitest'
import { callApi } from '#rufer/tests/helpers/api.ts'
import { newId } from '#rufer/tests/helpers/client.ts'
import { newDatabaseUri, readDatabase } from '#rufer/tests/helpers/mongo.ts'
import { registerNew, UNHURRIED } from '#rufer/tests/helpers/people.ts'
import { startReceiver, webhooksTo, type Receiver } from '#rufer/tests/helpers/receiver.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

/** The lease of 15 s, a second until it is asked for, and what a busy machine adds. */
const TAKEN_OVER = { timeout: 40_000, interval: 100 }
const CONVERSATIONS = 4
const EACH = 15

/** Two processes with a receiver; the first one sends. */
async function start() {
  const receiver = await startReceiver()
  const uri = newDatabaseUri()
  const env = { ...UNHURRIED, ...webhooksTo(receiver), MONGODB_URI: uri }
  const open = async () => {
    const server = await startServer({ env, processes: 1 })
    onTestFinished(() => server.stop())
    return server
  }
  const sender = () =>
    readDatabase(uri, async (database) => (await database.collection('outboxLease').findOne())?.['processId'])
  const one = await open()
  await expect.poll(sender).toBeDefined()
  const first = await sender()
  return { receiver, one, other: await open(), sender, first }
}

/** Some conversations; what it gives says a text in each of them, by way of one of the processes. */
async function talk(server: TestServer) {
  const people = await Promise.all(
    Array.from({ length: CONVERSATIONS }, async () => ({
      senderId: await registerNew(server, 'alice'),
      userId: await registerNew(server, 'bob'),
    })),
  )
  return (process: TestServer, text: string) =>
    Promise.all(
      people.map((pair) => callApi(process, 'POST /api/messages', { body: { id: newId(), ...pair, text } })),
    )
}

/** The seqs of each conversation, in the order in which they first came. */
function seqsOf({ received }: Receiver) {
  const first = new Map(received.flatMap(({ id, data }) => (data.message ? [[id, data.message]] : [])))
  const byConversation = Object.groupBy(first.values(), ({ conversationId }) => conversationId)
  return Object.values(byConversation).map((messages) => messages?.map(({ seq }) => seq))
}

const ALL = Array.from({ length: CONVERSATIONS }, () => Array.from({ length: EACH }, (_, index) => index + 1))

test(
  'the one that sends is killed while events wait: another one sends all, in order',
  { timeout: 90_000 },
  async () => {
    const { receiver, one, other, sender, first } = await start()
    // nothing is taken before it is killed, and one attempt of each conversation is under way then
    receiver.answerWith(({ data }) => (data.message ? undefined : 200))
    const say = await talk(one)
    for (let index = 0; index < EACH; index++) {
      const answers = await say(index % 2 ? one : other, `number ${index}`)
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    }
    await expect.poll(() => seqsOf(receiver)).toEqual(ALL.map(() => [1]))
    expect(await sender()).toBe(first)
    await one.signal('SIGKILL')
    receiver.answerWith(() => 200)
    await expect.poll(() => seqsOf(receiver), TAKEN_OVER).toEqual(ALL)
    expect(await sender()).not.toBe(first)
  },
)

test('the one that sends is stopped: it gives the lease up, and another one sends what comes', async () => {
  const { receiver, one, other, sender, first } = await start()
  const say = await talk(one)
  await say(one, 'before')
  await expect.poll(() => seqsOf(receiver)).toEqual(ALL.map(() => [1]))
  expect(await sender()).toBe(first)
  await one.signal('SIGTERM')
  expect(await sender()).not.toBe(first)
  await say(other, 'after')
  await expect.poll(() => seqsOf(receiver), { timeout: 10_000 }).toEqual(ALL.map(() => [1, 2]))
})
