// The echo bot: says back what it is told, what was said while it was away, and nothing twice.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { register } from '#rufer/tests/helpers/api.ts'
import { connect } from '#rufer/tests/helpers/client.ts'
import { EXAMPLES, installBot, startProgram } from '#rufer/tests/helpers/examples.ts'
import { SECRET_KEY, startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

test('it says back what it is told, and what was said while it was away', async () => {
  await register(server, 'alice', 'echo-bot')
  const alice = await connect(server, 'alice')
  const heard = async (): Promise<string> => {
    const { message } = await alice.next('message.created')
    return message.senderId === 'echo-bot' ? message.text : heard()
  }
  const options = { cwd: installBot(), env: { RUFER_URL: server.url, RUFER_SECRET_KEY: SECRET_KEY } }

  await alice.say({ userId: 'echo-bot' }, 'are you there?')
  const first = startProgram(process.execPath, ['bot.js'], options)
  expect(await heard()).toBe('are you there?')
  await alice.say({ userId: 'echo-bot' }, 'hello')
  expect(await heard()).toBe('hello')
  await first.stop()

  await alice.say({ userId: 'echo-bot' }, 'and now?')
  startProgram(process.execPath, ['bot.js'], options)
  expect(await heard()).toBe('and now?')
  await alice.say({ userId: 'echo-bot' }, 'bye')
  expect(await heard()).toBe('bye')
  await alice.close()
})

test('it has 25 lines', () => {
  const lines = readFileSync(join(EXAMPLES, 'echo-bot/bot.js'), 'utf8').trimEnd().split('\n')
  expect(lines.length).toBeLessThanOrEqual(25)
})
