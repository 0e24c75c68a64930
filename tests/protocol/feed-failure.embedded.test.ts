// A change feed that fails is opened again, and everybody comes back to read what it did not tell.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callApi } from '#rufer/tests/helpers/api.ts'
import { connect } from '#rufer/tests/helpers/client.ts'
import { METRICS_TOKEN, readMetrics } from '#rufer/tests/helpers/metrics.ts'
import { meet, UNHURRIED } from '#rufer/tests/helpers/people.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: { ...UNHURRIED, RUFER_METRICS_TOKEN: METRICS_TOKEN } })
})
afterAll(() => server.stop())

test('every client is told to come back, reads what it missed, and hears what comes then', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const first = await alice.say({ conversationId }, 'told')
  await bob.next('message.created')
  putChangeThatCannotBeRead()
  // its commit lets the feed go on, which stumbles before it
  const missed = await alice.say({ conversationId }, 'not told')

  for (const client of [alice, bob]) {
    expect(await client.next('session.ending')).toMatchObject({ reconnectAfterMs: expect.any(Number) })
    expect(await client.closed).toBe(1012)
  }
  expect(bob.pending('message.created')).toEqual([])

  const [aliceAgain, bobAgain] = [await connect(server, alice.userId), await connect(server, bob.userId)]
  const { conversations } = await bobAgain.request('conversation.sync', {
    revs: { [conversationId]: first.message.rev },
  })
  expect(conversations[0]?.messages).toEqual([missed.message])
  const { message } = await aliceAgain.say({ conversationId }, 'told again')
  expect(await bobAgain.next('message.created')).toEqual({ message })

  expect(await callApi(server, 'GET /ready', { key: null })).toMatchObject({ status: 200 })
  expect(await readMetrics(server)).toMatchObject({
    'rufer_dropped_total{reason="feed"}': 1,
    'rufer_repaired_total{reason="feed"}': 1,
  })
  expect(server.log().filter(({ level }) => level === 'error')).toMatchObject([
    { msg: expect.stringContaining('change feed') },
  ])
})

// --- Internal helpers ---

function putChangeThatCannotBeRead() {
  const database = new DatabaseSync(join(server.dataDir, 'rufer.db'), { timeout: 20_000 })
  database.exec(`INSERT INTO changes (at, payload) VALUES ('2026-01-01T00:00:00.000Z', '{')`)
  database.close()
}
