// Webhooks: what a back end is told, signed, in order, at least once, whatever becomes of it or of the server meanwhile.
import { randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { callApi } from '#rufer/tests/helpers/api.ts'
import { newId } from '#rufer/tests/helpers/client.ts'
import { METRICS_TOKEN, readMetrics } from '#rufer/tests/helpers/metrics.ts'
import { meet, registerNew, UNHURRIED } from '#rufer/tests/helpers/people.ts'
import { startReceiver, webhooksTo, type Receiver } from '#rufer/tests/helpers/receiver.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

const PATIENCE = { timeout: 20_000 }

async function start(receiver: Pick<Receiver, 'url'>, env: Record<string, string> = {}) {
  const settings = { ...UNHURRIED, RUFER_METRICS_TOKEN: METRICS_TOKEN, ...webhooksTo(receiver), ...env }
  const server = await startServer({ env: settings })
  onTestFinished(() => server.stop())
  return server
}

const post = (server: TestServer, message: { senderId: string; text: string } & Record<string, string>) =>
  callApi(server, 'POST /api/messages', { body: { id: newId(), ...message } })

const messagesOf = ({ received }: Receiver, conversationId: unknown) =>
  received.flatMap(({ id, data: { message } }) =>
    message && message.conversationId === conversationId ? [{ id, seq: message.seq }] : [],
  )

const once = (told: { id: string; seq: number }[]) => [
  ...new Map(told.map(({ id, seq }) => [id, seq])).values(),
]
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

async function talk(server: TestServer) {
  const [alice, bob] = await Promise.all([registerNew(server, 'alice'), registerNew(server, 'bob')])
  const { body } = await post(server, { senderId: alice, userId: bob, text: 'first' })
  const { conversationId } = body['message'] as { conversationId: string }
  return { alice, bob, conversationId }
}

test('tells of messages, receipts and presences, with the nouns of the protocol', async () => {
  const receiver = await startReceiver()
  const server = await start(receiver)
  const { alice, bob, conversationId } = await meet(server)
  const { message } = await alice.say({ conversationId }, 'hello “you”')
  await bob.request('receipt.update', { conversationId, readSeq: 1 })
  await bob.close()
  const of = (type: string, userId?: string) =>
    receiver.received.filter(
      (one) => one.type === type && (userId === undefined || one.data.presence?.userId === userId),
    )
  await expect
    .poll(() => of('presence.changed', bob.userId).map(({ data }) => data.presence?.status), PATIENCE)
    .toEqual(['online', 'offline'])
  await expect.poll(() => of('receipt.updated').length, PATIENCE).toBe(1)
  expect(of('message.created')).toEqual([
    { id: expect.any(String), type: 'message.created', timestamp: message.createdAt, data: { message } },
  ])
  expect(of('receipt.updated')[0]?.data.receipt).toMatchObject({ userId: bob.userId, readSeq: 1, rev: 2 })
})

test('a conversation is told in its order, however often an attempt fails; others do not wait for it', async () => {
  const receiver = await startReceiver()
  const server = await start(receiver)
  let fails = 0
  const [held, free] = [await talk(server), await talk(server)]
  receiver.answerWith(({ data }) =>
    data.message?.conversationId === held.conversationId && data.message.seq === 3 && fails++ < 4 ? 500 : 200,
  )
  for (const { alice, conversationId } of [held, free])
    for (let index = 0; index < 9; index++)
      await post(server, { senderId: alice, conversationId, text: `text ${index}` })
  for (const { conversationId } of [held, free])
    await expect.poll(() => once(messagesOf(receiver, conversationId)), PATIENCE).toEqual(upTo(10))
  const third = messagesOf(receiver, held.conversationId).filter(({ seq }) => seq === 3)
  expect(third).toHaveLength(5)
  expect(new Set(third.map(({ id }) => id)).size).toBe(1)
  // none behind it was sent before it was taken
  expect(messagesOf(receiver, held.conversationId).map(({ seq }) => seq)).toEqual(
    messagesOf(receiver, held.conversationId)
      .map(({ seq }) => seq)
      .toSorted((a, b) => a - b),
  )
  expect(await readMetrics(server)).toMatchObject({ 'rufer_failed_total{reason="webhook"}': 4 })
})

test('of what was acknowledged nothing is lost by kill -9, neither of the server nor amid a delivery', async () => {
  const receiver = await startReceiver()
  const server = await start(receiver)
  const { alice, conversationId } = await talk(server)
  receiver.answerWith(({ data }) => (data.message?.seq === 20 ? undefined : 200))
  const sent = await Promise.all(
    upTo(60).map((index) => post(server, { senderId: alice, conversationId, text: `text ${index}` })),
  )
  expect(new Set(sent.map(({ status }) => status))).toEqual(new Set([200]))
  await expect
    .poll(() => messagesOf(receiver, conversationId).some(({ seq }) => seq === 20), PATIENCE)
    .toBe(true)
  await server.signal('SIGKILL')
  receiver.answerWith(() => 200)
  await server.restart()
  // of several processes the lease of the one that sent must end first
  await expect.poll(() => once(messagesOf(receiver, conversationId)), { timeout: 45_000 }).toEqual(upTo(61))
  const twice = messagesOf(receiver, conversationId).filter(({ seq }) => seq === 20)
  expect(twice.length).toBeGreaterThan(1)
  expect(new Set(twice.map(({ id }) => id)).size).toBe(1)
})

test('what nobody takes becomes a dead letter, is listed, replayed and dropped; those behind it go on', async () => {
  const receiver = await startReceiver()
  const server = await start(receiver, { RUFER_WEBHOOK_GIVE_UP_MS: '200' })
  receiver.answerWith(({ data }) => (data.message?.text.startsWith('bad') ? 302 : 200))
  const { alice, conversationId } = await talk(server)
  for (const text of ['bad one', 'bad two', 'good'])
    await post(server, { senderId: alice, conversationId, text })
  await expect.poll(() => messagesOf(receiver, conversationId).at(-1)?.seq, PATIENCE).toBe(4)

  const { body } = await callApi(server, 'GET /api/webhooks/dead-letters')
  const letters = body['letters'] as { id: string }[]
  expect(body).toMatchObject({
    letters: [
      { type: 'message.created', reason: 'answered 302' },
      { type: 'message.created', reason: 'answered 302' },
    ],
    after: null,
  })
  await expect.poll(async () => (await readMetrics(server))['rufer_dropped_total{reason="webhook"}']).toBe(2)
  const settle = (action: string, ids: unknown[]) =>
    callApi(server, `POST /api/webhooks/dead-letters/${action}`, { body: { ids } })
  const [first, second] = letters.map(({ id }) => id)
  expect((await settle('drop', [first])).body).toEqual({ count: 1 })
  receiver.answerWith(() => 200)
  expect((await settle('replay', [first, second])).body).toEqual({ count: 1 })
  await expect.poll(() => messagesOf(receiver, conversationId).at(-1)?.id, PATIENCE).toBe(second)
  expect((await callApi(server, 'GET /api/webhooks/dead-letters')).body).toEqual({ letters: [], after: null })
})

test('waits no longer for an answer than it is told to', async () => {
  const receiver = await startReceiver()
  const server = await start(receiver, { RUFER_WEBHOOK_TIMEOUT_MS: '100', RUFER_WEBHOOK_GIVE_UP_MS: '300' })
  receiver.answerWith(() => undefined)
  await talk(server)
  const letters = async () => (await callApi(server, 'GET /api/webhooks/dead-letters')).body['letters']
  await expect.poll(letters, PATIENCE).toMatchObject([{ reason: 'no answer within 100 ms' }])
})

test.each(['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '0.0.0.0'])(
  'goes to no private address: %s',
  async (host) => {
    const receiver = await startReceiver()
    const url = receiver.url.replace('127.0.0.1', host)
    const server = await start({ url }, { RUFER_WEBHOOK_PRIVATE: '', RUFER_WEBHOOK_GIVE_UP_MS: '1' })
    await talk(server)
    const letters = async () => (await callApi(server, 'GET /api/webhooks/dead-letters')).body['letters']
    await expect
      .poll(letters, PATIENCE)
      .toMatchObject([
        { reason: 'the address is private; set RUFER_WEBHOOK_PRIVATE=true where that is meant' },
      ])
    expect(receiver.received).toEqual([])
  },
)

test('a secret that is being changed signs beside the new one', async () => {
  const receiver = await startReceiver()
  const { RUFER_WEBHOOK_SECRET: old = '' } = webhooksTo(receiver)
  const server = await start(receiver, {
    RUFER_WEBHOOK_SECRET: `whsec_${randomBytes(32).toString('base64')},${old}`,
  })
  const { conversationId } = await talk(server)
  await expect.poll(() => messagesOf(receiver, conversationId).length, PATIENCE).toBe(1)
})

test('calls about dead letters refuse what they do not know', async () => {
  const server = await start(await startReceiver())
  const refused = async (call: string, body?: object) =>
    (await callApi(server, call, body ? { body } : {})).body.error?.code
  expect(await refused('GET /api/webhooks/dead-letters?after=nowhere')).toBe('invalid-params')
  expect(await refused('POST /api/webhooks/dead-letters/drop', { ids: 'all' })).toBe('invalid-params')
  expect(await refused('POST /api/webhooks/dead-letters/drop', {})).toBe('invalid-params')
  const many = Array.from({ length: 101 }, () => 'x')
  expect(await refused('POST /api/webhooks/dead-letters/replay', { ids: many })).toBe('invalid-params')
})
