// The commands of package.json that people type: register-user and export against a running server, dev with a wrong setting.
import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callApi } from '#rufer/tests/helpers/api.ts'
import { connect } from '#rufer/tests/helpers/client.ts'
import { runScript } from '#rufer/tests/helpers/scripts.ts'
import { SECRET_KEY, startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { click } from '#rufer/tests/helpers/sign-in.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const registerUser = (args: string[], env: Record<string, string> = {}) =>
  runScript('register-user.ts', args, { RUFER_URL: server.url, RUFER_SECRET_KEY: SECRET_KEY, ...env })

test('register-user prints the user and a link that signs in; again it updates', async () => {
  const { code, stdout } = await registerUser(['alice', 'Alice Smith', 'https://example.com/a.png'])
  expect(code).toBe(0)
  expect(stdout).toContain('"displayName": "Alice Smith"')
  expect(stdout).toContain('"avatarUrl": "https://example.com/a.png"')
  const link = /http\S+\/sign-in\?code=\S+/.exec(stdout)?.[0] ?? ''
  expect((await click(new URL(link))).status).toBe(303)

  expect((await registerUser(['alice', 'Alice Jones'])).code).toBe(0)
  const alice = await connect(server, 'alice')
  const { user } = await alice.request('user.get', { userId: 'alice' })
  expect(user).toEqual({ userId: 'alice', displayName: 'Alice Jones' })
})

test('register-user takes the key of demo mode out of the data folder', async () => {
  const path = join(server.dataDir, 'secret-key')
  await writeFile(path, `${SECRET_KEY}\n`)
  const keyless = { RUFER_SECRET_KEY: '', RUFER_DATA_DIR: server.dataDir }
  expect((await registerUser(['bob', 'Bob Johnson'], keyless)).code).toBe(0)
  await rm(path)
  const without = await registerUser(['bob', 'Bob Johnson'], keyless)
  expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining('set RUFER_SECRET_KEY') })
})

test.each([
  { what: 'a bad id', args: ['no spaces', 'Name'], reason: 'unable to register user; userId: ' },
  {
    what: 'a blank name',
    args: ['carol', '   '],
    reason: 'unable to register user; displayName: must not be blank',
  },
  { what: 'no name', args: ['carol'], reason: 'usage: ' },
  { what: 'too much', args: ['carol', 'C', 'https://x.example/', 'more'], reason: 'usage: ' },
  {
    what: 'a wrong key',
    env: { RUFER_SECRET_KEY: 'w'.repeat(40) },
    reason: 'secret key is missing or wrong',
  },
  {
    what: 'no server',
    env: { RUFER_URL: 'http://127.0.0.1:1' },
    reason: 'no server answers at http://127.0.0.1:1',
  },
])(
  'register-user with $what ends non-zero and says why',
  async ({ args = ['carol', 'Carol'], env, reason }) => {
    const { code, stdout, stderr } = await registerUser(args, env)
    expect(code).toBe(1)
    expect(stderr).toContain(reason)
    expect(stdout).toBe('')
  },
)

test('dev names every wrong setting before it starts anything', async () => {
  const { code, stdout, stderr } = await runScript('dev.ts', [], {
    RUFER_LOG_LEVEL: 'loud',
    RUFER_HEARTBEAT_MS: '0',
  })
  expect(code).toBe(1)
  expect(stdout).toBe('')
  expect(stderr.trim().split('\n')).toEqual([
    'RUFER_LOG_LEVEL is "loud"; set debug, info, warn, error or silent',
    'RUFER_HEARTBEAT_MS is "0"; set a whole number from 1 to 2147483647',
  ])
})

test('export prints all of a user, and goes on behind any line', async () => {
  expect((await registerUser(['dave', 'Dave'])).code).toBe(0)
  const send = { id: randomUUID(), senderId: 'dave', userId: 'alice', text: 'hello' }
  await callApi(server, 'POST /api/messages', { body: send })
  const env = { RUFER_URL: server.url, RUFER_SECRET_KEY: SECRET_KEY }
  const { code, stdout, stderr } = await runScript('export.ts', ['dave'], env)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '4 lines\n' })
  const lines = stdout.trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).kind)).toEqual(['user', 'conversation', 'message', 'end'])
  const { after } = JSON.parse(lines[1] ?? '')
  const rest = await runScript('export.ts', ['dave', '--after', after], env)
  expect(rest).toEqual({ code: 0, stdout: `${lines.slice(2).join('\n')}\n`, stderr: '2 lines\n' })
})

test.each([
  { what: 'an unknown user', args: ['nobody'], reason: 'unable to export user; ' },
  { what: 'no user', args: [], reason: 'usage: ' },
  { what: 'a place that is none', args: ['alice', '--after', 'x'], reason: '  after: give the `after`' },
])('export of $what ends non-zero and says why', async ({ args, reason }) => {
  const env = { RUFER_URL: server.url, RUFER_SECRET_KEY: SECRET_KEY }
  const { code, stdout, stderr } = await runScript('export.ts', args, env)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain(reason)
})

test('webhooks lists what nobody took, puts it back and drops it', async () => {
  const env = { RUFER_URL: server.url, RUFER_SECRET_KEY: SECRET_KEY }
  expect(await runScript('webhooks.ts', [], env)).toEqual({ code: 0, stdout: '', stderr: '0 dead letters\n' })
  expect(await runScript('webhooks.ts', ['replay', 'all'], env)).toMatchObject({
    code: 0,
    stdout: '0 put back, to be sent again\n',
  })
  expect(await runScript('webhooks.ts', ['drop', 'nothing'], env)).toMatchObject({
    code: 1,
    stderr: '1 are no dead letters\n',
  })
  for (const args of [['drop'], ['send', 'all']])
    expect(await runScript('webhooks.ts', args, env)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^usage: /),
    })
})
