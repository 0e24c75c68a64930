// npm run conformance: either engine passes it, twice on the same data; a server that breaks a rule fails, and its table says where.
import { expect, onTestFinished, test } from 'vitest'
import { hasMongod } from '#rufer/tests/helpers/mongod.ts'
import { startReplicaSet } from '#rufer/tests/helpers/replica-set.ts'
import { runScript, type Ended } from '#rufer/tests/helpers/scripts.ts'
import { SECRET_KEY, startServer } from '#rufer/tests/helpers/server.ts'

/** What the tests need of a server besides its being one; docs/conformance.md says so. */
const SETTINGS = {
  RUFER_LIMIT_REQUESTS_PER_SECOND: '0',
  RUFER_LIMIT_MESSAGES_PER_SECOND: '0',
  RUFER_LIMIT_TOKENS_PER_MINUTE: '0',
  RUFER_LIMIT_UNUSED_TOKENS: '0',
  RUFER_LIMIT_CONNECTIONS_PER_USER: '0',
  RUFER_LIMIT_WRONG_KEYS_PER_MINUTE: '0',
  RUFER_ALLOWED_ORIGINS: 'https://app.example.com,http://localhost:8080',
}

test('a server on SQLite conforms, and again on the data of the first run', async () => {
  const conforms = await startFor({})
  for (const round of [1, 2]) {
    const { code, stdout } = await conforms()
    expect({ round, code, stdout }).toEqual({ round, code: 0, stdout: expect.stringMatching(ALL_PASSED) })
  }
})

test('a server on MongoDB conforms', async ({ skip }) => {
  if (!(await hasMongod())) skip('no mongod was found')
  const set = await startReplicaSet()
  onTestFinished(() => set.stop())
  const conforms = await startFor({ MONGODB_URI: set.uri.replace('/?', '/conformance?') })
  const { code, stdout } = await conforms()
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(ALL_PASSED) })
})

test('one that takes shorter texts only does not, and where is said', async () => {
  const conforms = await startFor({ RUFER_LIMIT_TEXT_LENGTH: '9' })
  const { code, stdout } = await conforms()
  expect(code).toBe(1)
  expect(stdout).toMatch(/^message\.send +\d+ +[1-9]/m)
  expect(stdout).toMatch(/^FAILED message\.send: ./m)
})

test.each([
  ['without arguments', []],
  ['with no URL', ['localhost', 'http://localhost:1', SECRET_KEY]],
])('%s it says how it is used', async (_, args) => {
  expect(await runScript('conformance.ts', args, {})).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('usage: npm run conformance'),
  })
})

test('where no server is it says so', async () => {
  const args = ['ws://127.0.0.1:1/ws', 'http://127.0.0.1:1', SECRET_KEY]
  expect(await runScript('conformance.ts', args, {})).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no server answers at http://127.0.0.1:1'),
  })
})

// --- Internal helpers ---

const ALL_PASSED = /^in all +[4-9]\d\d +0 +\d$/m

/** Starts a server; the function holds it against the protocol. */
async function startFor(env: Record<string, string>): Promise<() => Promise<Ended>> {
  const server = await startServer({ env: { ...SETTINGS, ...env } })
  onTestFinished(() => server.stop())
  const path = process.env['PATH'] ?? ''
  return () => runScript('conformance.ts', [`${server.wsUrl}/ws`, server.url, SECRET_KEY], { PATH: path })
}
