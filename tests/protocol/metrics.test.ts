// GET /metrics and the log: what is done is counted and timed, every line knows its request, and nothing private is in either.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callApi, issueToken } from '#rufer/tests/helpers/api.ts'
import { METRICS_TOKEN, readMetrics } from '#rufer/tests/helpers/metrics.ts'
import { meet, newUserId, UNHURRIED } from '#rufer/tests/helpers/people.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { upgrade } from '#rufer/tests/helpers/wire.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: { ...UNHURRIED, RUFER_METRICS_TOKEN: METRICS_TOKEN } })
})
afterAll(() => server.stop())

/** By how much the metrics of all processes have changed since. */
async function changes() {
  const before = await readMetrics(server)
  return async (name: string) => ((await readMetrics(server))[name] ?? 0) - (before[name] ?? 0)
}

test('requests are counted by method and outcome, and timed', async () => {
  const { alice, conversationId } = await meet(server)
  const by = await changes()
  await alice.say({ conversationId }, 'hello')
  await alice.refused('conversation.get', { conversationId: 'none' })
  await alice.refused('no.such.method')
  await alice.settled()
  expect(await by('rufer_requests_total{method="message.send",outcome="ok"}')).toBe(1)
  expect(await by('rufer_request_duration_seconds_count{method="message.send"}')).toBe(1)
  const refused = 'rufer_requests_total{method="conversation.get",outcome="conversation-not-found"}'
  expect(await by(refused)).toBe(1)
  // names come from the table alone: whatever a client makes up is one
  expect(await by('rufer_requests_total{method="unknown",outcome="unknown-method"}')).toBe(1)
})

test('a message is a commit, and so many events', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const by = await changes()
  await alice.say({ conversationId }, 'hello')
  await bob.next('message.created')
  await alice.next('message.created')
  expect(await by('rufer_events_sent_total{kind="message.created"}')).toBe(2)
  expect(await by('rufer_event_delay_seconds_count{kind="message.created"}')).toBe(server.processes.length)
  expect(await by('rufer_commit_writes_sum')).toBeGreaterThanOrEqual(1)
  expect(await by('rufer_commit_duration_seconds_count')).toBeGreaterThanOrEqual(1)
})

test('tokens are counted when issued, used and refused; so are calls', async () => {
  const { userId } = (await meet(server)).alice
  const by = await changes()
  const token = await issueToken(server, userId)
  for (const expected of [101, 401]) {
    const { status, drop } = await upgrade(server, { token })
    drop()
    expect(status).toBe(expected)
  }
  await callApi(server, `GET /api/users/${newUserId('nobody')}/online`)
  expect(await by('rufer_tokens_total{outcome="issued"}')).toBe(1)
  expect(await by('rufer_tokens_total{outcome="used"}')).toBe(1)
  expect(await by('rufer_tokens_total{outcome="refused"}')).toBe(1)
  expect(await by('rufer_http_requests_total{call="POST /api/users/session-token",status="200"}')).toBe(1)
  expect(await by('rufer_http_requests_total{call="GET /api/users/:userId/online",status="404"}')).toBe(1)
})

test('a client that had missed something is counted', async () => {
  const { alice, conversationId } = await meet(server)
  await alice.say({ conversationId }, 'hello')
  const by = await changes()
  await alice.request('conversation.sync', { revs: { [conversationId]: 1 } })
  expect(await by('rufer_sync_gaps_total')).toBe(0)
  await alice.request('conversation.sync', { revs: { [conversationId]: 0 } })
  expect(await by('rufer_sync_gaps_total')).toBe(1)
})

test('lines of the log bear the id of their request: of a socket its own, over HTTP the one that came, if it is sound', async () => {
  const { alice } = await meet(server)
  await alice.refused('no.such.method')
  const call = (id: string) =>
    callApi(server, 'GET /api/users/nobody/online', { headers: { 'x-request-id': id } })
  expect((await call('from-a-proxy.7')).headers.get('x-request-id')).toBe('from-a-proxy.7')
  const made = (await call('not sound "')).headers.get('x-request-id')
  expect(made).toMatch(/^[\da-f-]{36}$/)
  await expect
    .poll(() => server.log().map(({ requestId }) => requestId))
    .toEqual(expect.arrayContaining(['from-a-proxy.7', made, `${alice.started.connectionId}/1`]))
})

test('neither names anybody: no user, no conversation, no text', async () => {
  const { alice, bob, conversationId } = await meet(server)
  await alice.say({ conversationId }, 'a text for nobody else')
  await bob.next('message.created')
  const texts = await Promise.all(
    server.processes.map(async ({ url }) => {
      const headers = { authorization: `Bearer ${METRICS_TOKEN}` }
      return (await fetch(`${url}/metrics`, { headers })).text()
    }),
  )
  for (const text of texts) {
    for (const name of [alice.userId, bob.userId, conversationId, 'for nobody else'])
      expect(text).not.toContain(name)
  }
  expect(server.output()).not.toContain('for nobody else')
})
