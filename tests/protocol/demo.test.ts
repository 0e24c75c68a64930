// Demo mode: a key made and kept, and two users with an empty conversation.
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callApi } from '#rufer/tests/helpers/api.ts'
import { connectWith } from '#rufer/tests/helpers/client.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: { RUFER_DEMO: 'true', RUFER_SECRET_KEY: undefined } })
})
afterAll(() => server.stop())

const keyPath = () => join(server.dataDir, 'secret-key')

/** A connection of a user of the demo, as its page opens it. */
async function openDemo(userId: string) {
  const { body } = await callApi(server, 'POST /api/session-token', { body: { userId }, key: null })
  return connectWith(server, { userId, token: String(body['token']) })
}

test('alice and bob are there, with their empty conversation', async () => {
  const alice = await openDemo('alice')
  const { conversations } = await alice.request('conversation.list')
  expect(conversations).toMatchObject([{ kind: 'direct', seq: 0, rev: 0, unreadCount: 0, lastMessage: null }])
  expect(
    conversations[0]?.members.map(({ userId, displayName }) => [userId, displayName]).toSorted(),
  ).toEqual([
    ['alice', 'Alice Smith'],
    ['bob', 'Bob Johnson'],
  ])
  await alice.close()
})

test('the secret key is made, readable by the owner only, and kept over restarts with all the rest', async () => {
  const key = (await readFile(keyPath(), 'utf8')).trim()
  expect(key).toMatch(/^[0-9a-f]{64}$/)
  expect((await stat(keyPath())).mode & 0o777).toBe(0o600)
  expect((await callApi(server, 'GET /api/users/alice/online', { key })).status).toBe(200)
  expect((await callApi(server, 'GET /api/users/alice/online', { key: '' })).status).toBe(401)

  const alice = await openDemo('alice')
  const { message } = await alice.say({ userId: 'bob' }, 'hello')
  await server.restart()
  expect((await readFile(keyPath(), 'utf8')).trim()).toBe(key)
  expect((await callApi(server, 'GET /api/users/alice/online', { key })).status).toBe(200)
  const bob = await openDemo('bob')
  const { conversations } = await bob.request('conversation.list')
  expect(conversations).toMatchObject([{ id: message.conversationId, rev: 1, lastMessage: message }])
  await bob.close()
})

test('a key of the settings comes first', async () => {
  const key = 'f'.repeat(40)
  await server.restart({ RUFER_SECRET_KEY: key })
  expect((await callApi(server, 'GET /api/users/alice/online', { key })).status).toBe(200)
  const kept = (await readFile(keyPath(), 'utf8')).trim()
  expect((await callApi(server, 'GET /api/users/alice/online', { key: kept })).status).toBe(401)
})
