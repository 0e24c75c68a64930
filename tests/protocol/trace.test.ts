// GET /api/messages/:id/trace: what became of a message, on the process that took it and on the one of its recipient.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callApi } from '#rufer/tests/helpers/api.ts'
import { newId } from '#rufer/tests/helpers/client.ts'
import { meet, UNHURRIED } from '#rufer/tests/helpers/people.ts'
import { startServer, type ServerAddress, type TestServer } from '#rufer/tests/helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: UNHURRIED })
})
afterAll(() => server.stop())

/** What each process has seen of a message; two processes are asked one by one. */
const traces = (id: string) =>
  Promise.all(
    server.processes.map(async ({ url, wsUrl }: ServerAddress) => {
      const { status, body } = await callApi({ url, wsUrl }, `GET /api/messages/${id}/trace`)
      expect(status).toBe(200)
      return body
    }),
  )

test('tells every step in order, from the request to the reader', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const { message } = await alice.say({ conversationId }, 'where have you been?')
  const { id } = message
  await Promise.all([alice.next('message.created'), bob.next('message.created')])
  const before = await traces(id)
  for (const trace of before) {
    expect(trace).toMatchObject({ id, conversationId, seq: 1, deliveredAt: null, readAt: null })
    // each process gave it to those of the two who are on it, and so both of them together got it once
    expect(trace['fedAt']).toMatch(/Z$/)
  }
  expect(before.reduce((sum, { sentTo }) => sum + Number(sentTo), 0)).toBe(2)
  const took = before.filter(({ acceptedAt }) => acceptedAt !== null)
  expect(took).toHaveLength(1)
  const steps = ['acceptedAt', 'committedAt', 'fedAt'].map((step) => String(took[0]?.[step]))
  expect(steps[0] && steps[0] <= (steps[1] ?? '')).toBe(true)
  expect(steps.every((step) => /^\d{4}-.*Z$/.test(step))).toBe(true)

  await bob.request('receipt.update', { conversationId, readSeq: 1 })
  const { receipt } = await alice.next('receipt.updated')
  for (const trace of await traces(id))
    expect(trace).toMatchObject({ deliveredAt: receipt.deliveredAt, readAt: receipt.readAt })
})

test('of a message that there is not → 404, of what is no id → 400', async () => {
  const { status, body } = await callApi(server, `GET /api/messages/${newId()}/trace`)
  expect({ status, body }).toEqual({
    status: 404,
    body: { error: { code: 'not-found', message: 'unable to trace message; no such message' } },
  })
  for (const path of ['x', '%20', newId().toUpperCase()]) {
    const answer = await callApi(server, `GET /api/messages/${path}/trace`)
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid-params' } } })
  }
})

test('nothing of it holds the text', async () => {
  const { alice, conversationId } = await meet(server)
  const { message } = await alice.say({ conversationId }, 'for nobody but you')
  expect(JSON.stringify(await traces(message.id))).not.toContain('nobody')
})
