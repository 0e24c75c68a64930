// A change stream that cannot be opened again: its process sends everybody away, lets nobody in, and says so until it can.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callApi, issueToken, register } from '#rufer/tests/helpers/api.ts'
import { connect, connectWith } from '#rufer/tests/helpers/client.ts'
import { METRICS_TOKEN, readMetrics } from '#rufer/tests/helpers/metrics.ts'
import { hasMongo, readDatabase } from '#rufer/tests/helpers/mongo.ts'
import { startReplicaSet, type ReplicaSet } from '#rufer/tests/helpers/replica-set.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { upgrade } from '#rufer/tests/helpers/wire.ts'

/** Of its own: what is made to fail there would fail for other files, too. */
let set: ReplicaSet | undefined
let uri: string
let server: TestServer
beforeAll(async () => {
  if (!hasMongo) return
  set = await startReplicaSet({ args: ['--setParameter', 'enableTestCommands=1'] })
  uri = set.uri.replace('/?', '/rufer?')
  const env = { MONGODB_URI: uri, RUFER_METRICS_TOKEN: METRICS_TOKEN }
  server = await startServer({ env, processes: 1 })
  await register(server, 'alice', 'bob')
})
afterAll(async () => {
  await server?.stop()
  await set?.stop()
})

/** Makes change streams fail for good, from now on or no more. */
async function failStreams(mode: 'alwaysOn' | 'off') {
  const data = { failCommands: ['aggregate', 'getMore'], errorCode: 280 }
  await readDatabase(uri, (database) =>
    database.admin().command({ configureFailPoint: 'failCommand', mode, data }),
  )
}

const readiness = async () => {
  const { status, body } = await callApi(server, 'GET /ready', { key: null })
  return { status, reasons: body['reasons'] }
}

test('everybody is sent away and nobody let in until it is opened; no token is spent for it', async () => {
  const [alice, token] = [await connect(server, 'alice'), await issueToken(server, 'bob')]
  const { message } = await alice.say({ userId: 'bob' }, 'hello')
  await alice.next('message.created')

  await failStreams('alwaysOn')
  expect(await alice.next('session.ending')).toMatchObject({ reconnectAfterMs: expect.any(Number) })
  expect(await alice.closed).toBe(1012)
  expect(await readiness()).toEqual({ status: 503, reasons: ['feed'] })
  expect(await upgrade(server, { token })).toMatchObject({
    status: 503,
    error: {
      code: 'store-unavailable',
      message: 'unable to open connection; the change feed is being opened; try again in a moment',
    },
  })

  await failStreams('off')
  await expect.poll(readiness).toEqual({ status: 200, reasons: undefined })
  const bob = await connectWith(server, { userId: 'bob', token })
  const { conversationId } = message
  const sent = await bob.say({ conversationId }, 'heard again')
  expect(await bob.next('message.created')).toEqual({ message: sent.message })
  expect(await readMetrics(server)).toMatchObject({
    'rufer_dropped_total{reason="feed"}': 1,
    'rufer_repaired_total{reason="feed"}': 1,
    'rufer_refused_total{reason="store-unavailable"}': 1,
  })
})
