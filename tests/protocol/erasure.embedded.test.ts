// Erasure in the file of the embedded store: not one page of it, nor of its log, still has what was said.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callApi } from '#rufer/tests/helpers/api.ts'
import { connect, newId } from '#rufer/tests/helpers/client.ts'
import { meet, UNHURRIED, type Company } from '#rufer/tests/helpers/people.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { until } from '#rufer/tests/helpers/until.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: { ...UNHURRIED, RUFER_WEBHOOK_URL: NOWHERE, ...WEBHOOKS } })
})
afterAll(() => server.stop())

// nobody takes them, so that what is told waits
const NOWHERE = 'http://127.0.0.1:9/'
const WEBHOOKS = {
  RUFER_WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  RUFER_WEBHOOK_PRIVATE: 'true',
}

/** Short ones and those that do not fit into a page. */
const TEXTS = ['vermilion marmalade', `vermilion ${'long and longer '.repeat(500)} marmalade`]

test('the text is in no file any more, in none of its copies', async () => {
  const { alice, bob, conversationId } = await meet(server)
  await callApi(server, 'POST /api/users/register', {
    body: { userId: alice.userId, displayName: 'Alice Cerulean' },
  })
  for (const text of TEXTS) await alice.say({ conversationId }, text)
  // told anew, with the last message and the name in it
  await callApi(server, 'POST /api/users/register', { body: { userId: bob.userId, displayName: 'Bob II' } })
  expect(filesWith('vermilion')).not.toEqual([])
  expect(filesWith('Cerulean')).not.toEqual([])
  const { body } = await callApi(server, `DELETE /api/users/${alice.userId}`)
  expect(body).toEqual({ userId: alice.userId, messages: TEXTS.length })
  expect(filesWith('vermilion')).toEqual([])
  expect(filesWith('marmalade')).toEqual([])
  expect(filesWith('Cerulean')).toEqual([])
  await bob.close()
})

test('what a kill cut off is gone on with by itself', { timeout: 120_000 }, async () => {
  const { bob, conversationId } = await cutOff()
  expect(filesWith('vermilion')).not.toEqual([])
  await server.restart()
  await until({ what: 'nothing of it is left', timeoutMs: 60_000 }, () => {
    const files = filesWith('vermilion')
    return files.length > 0 ? `it is in ${files.join()}` : undefined
  })
  const back = await connect(server, bob.userId)
  const { messages } = await back.request('message.list', { conversationId, limit: 100 })
  expect(new Set(messages.map(({ text }) => text))).toEqual(new Set(['']))
  await back.close()
})

// --- Internal helpers ---

/** An erasure in whose midst the server was killed; of one that was done by then the next has more to do. */
async function cutOff(each = 1): Promise<Company> {
  const company = await meet(server)
  const { alice, bob, conversationId } = company
  const message = () => ({ id: newId(), senderId: alice.userId, conversationId, text: 'vermilion' })
  const post = () => callApi(server, 'POST /api/messages', { body: message() })
  for (let round = 0; round < each; round++) await Promise.all(Array.from({ length: 400 }, post))
  const answering = callApi(server, `DELETE /api/users/${alice.userId}`).catch((error: unknown) => error)
  await bob.next('message.updated')
  await server.signal('SIGKILL')
  if ((await answering) instanceof Error) return company
  await server.restart()
  return cutOff(each * 2)
}

function filesWith(word: string): string[] {
  const names = readdirSync(server.dataDir, { recursive: true, withFileTypes: true })
  return names
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => readFileSync(path).includes(word))
}
