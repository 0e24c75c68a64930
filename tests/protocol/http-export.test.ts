// Export over HTTP: all that is kept of a user, line by line, and taken up again behind any line.
import { connect } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ExportLine } from '#rufer/shared/protocol/export.ts'
import { callApi } from '#rufer/tests/helpers/api.ts'
import { newId } from '#rufer/tests/helpers/client.ts'
import { METRICS_TOKEN, readMetrics } from '#rufer/tests/helpers/metrics.ts'
import { meet, registerNew, UNHURRIED } from '#rufer/tests/helpers/people.ts'
import { SECRET_KEY, startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: { ...UNHURRIED, RUFER_METRICS_TOKEN: METRICS_TOKEN } })
})
afterAll(() => server.stop())

const headers = { 'x-rufer-secret-key': SECRET_KEY }

async function exportOf(userId: string, query = '') {
  const response = await fetch(`${server.url}/api/users/${userId}/export${query}`, { headers })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8')
  expect(response.headers.get('cache-control')).toBe('no-store')
  const text = await response.text()
  expect(text.endsWith('\n')).toBe(true)
  return text
    .trimEnd()
    .split('\n')
    .map((line): ExportLine => JSON.parse(line))
}

const post = (senderId: string, userId: string, text: string) =>
  callApi(server, 'POST /api/messages', { body: { id: newId(), senderId, userId, text } })

/** One after the other: more connections at once than wait to be taken would be reset. */
async function postMany(senderId: string, userId: string, count: number) {
  for (let left = count; left > 0; left--) await post(senderId, userId, 'x'.repeat(9_000))
}

describe('GET /api/users/:userId/export', () => {
  test('gives the user, and of a conversation what a member sees of it', async () => {
    const { alice, bob, mallory, conversationId } = await meet(server)
    const first = await alice.say({ conversationId }, 'one\ntwo “three”')
    await bob.request('receipt.update', { conversationId, readSeq: 1 })
    await bob.say({ conversationId }, 'four')
    await post(mallory.userId, bob.userId, 'nothing of alice')
    const { conversation } = await alice.request('conversation.get', { conversationId })
    const { messages } = await alice.request('message.list', { conversationId })
    const { lastMessage: _, unreadCount: __, ...rest } = conversation
    const lines = await exportOf(alice.userId)
    expect(lines).toMatchObject([
      { kind: 'user', user: { userId: alice.userId, displayName: alice.userId }, conversations: 1 },
      { kind: 'conversation', conversation: rest },
      { kind: 'message', message: { id: first.message.id, rev: 1, readAt: expect.any(String) } },
      { kind: 'receipt', receipt: { userId: bob.userId, readSeq: 1, rev: 2 } },
      { kind: 'message', message: { text: 'four', rev: 3 } },
      { kind: 'end' },
    ])
    expect(lines.flatMap((line) => (line.kind === 'message' ? [line.message] : []))).toEqual(messages)
  })

  test('of a user nobody talked to there are two lines', async () => {
    const userId = await registerNew(server, 'alice')
    expect(await exportOf(userId)).toEqual([
      { kind: 'user', user: { userId, displayName: userId }, lastSeenAt: null, conversations: 0 },
      { kind: 'end' },
    ])
  })

  test('goes on behind any line, over more pages than one', async () => {
    const alice = await registerNew(server, 'alice')
    const peers = await Promise.all(['bob', 'carol', 'dave'].map((name) => registerNew(server, name)))
    await Promise.all(
      peers.flatMap((peer) => Array.from({ length: 120 }, (_, index) => post(alice, peer, `text ${index}`))),
    )
    const lines = await exportOf(alice)
    expect(lines).toHaveLength(1 + 3 * 121 + 1)
    for (const at of [1, 2, 101, 121, 122, 200, lines.length - 2]) {
      const line = lines[at]
      if (!line || !('after' in line)) throw new Error(`line ${at} has no place`)
      expect(await exportOf(alice, `?after=${line.after}`)).toEqual(lines.slice(at + 1))
    }
  })

  test.each([
    ['a place nobody gave', '?after=nowhere', '400 invalid-params'],
    ['no place', '?after=', '400 invalid-params'],
    ['two places', '?after=a&after=b', '400 invalid-params'],
    ['a word nobody knows', '?from=a', '400 invalid-params'],
  ])('refuses %s', async (_name, query, wanted) => {
    const userId = await registerNew(server, 'alice')
    const { status, body } = await callApi(server, `GET /api/users/${userId}/export${query}`)
    expect(`${status} ${body.error?.code}`).toBe(wanted)
  })

  test('refuses a place in what others said', async () => {
    const { alice, bob, mallory, conversationId } = await meet(server)
    await alice.say({ conversationId }, 'between us')
    const line = (await exportOf(bob.userId))[1]
    const after = line && 'after' in line ? line.after : ''
    const { status, body } = await callApi(server, `GET /api/users/${mallory.userId}/export?after=${after}`)
    expect({ status, code: body.error?.code }).toEqual({ status: 400, code: 'invalid-params' })
  })

  test('knows no other users', async () => {
    const { status, body } = await callApi(server, 'GET /api/users/nobody/export')
    expect({ status, code: body.error?.code }).toEqual({ status: 404, code: 'user-not-found' })
  })

  test('a reader that goes away ends it, and holds up nobody', { timeout: 120_000 }, async () => {
    const [alice, bob] = await Promise.all([registerNew(server, 'alice'), registerNew(server, 'bob')])
    await Promise.all(Array.from({ length: 100 }, () => postMany(alice, bob, 15)))
    const gone = async () => (await readMetrics(server))['rufer_dropped_total{reason="aborted-call"}'] ?? 0
    const before = await gone()
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    socket.write(
      `GET /api/users/${alice}/export HTTP/1.1\r\nHost: x\r\nx-rufer-secret-key: ${SECRET_KEY}\r\n\r\n`,
    )
    await once(socket, 'readable')
    // it reads no further, and the server sends no further
    expect((await exportOf(bob)).at(-1)).toEqual({ kind: 'end' })
    socket.destroy()
    await expect.poll(gone).toBe(before + 1)
  })
})
