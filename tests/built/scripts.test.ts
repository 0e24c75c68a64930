// The commands of package.json that people type: register-user against a running server, dev with a wrong setting.
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
