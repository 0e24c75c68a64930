// Tokens, each offered over 10 sockets at once, of two processes in turn. How many is a setting: CI races for 10,000.
import { expect, test } from 'vitest'
import { newDatabaseUri } from '#rufer/tests/helpers/mongo.ts'
import { startServer } from '#rufer/tests/helpers/server.ts'
import { RACE_MS, RACE_SETTINGS, raceForTokens, TOKENS } from '#rufer/tests/helpers/token-race.ts'

test(`each of ${TOKENS} tokens opens one socket, on one of the processes`, { timeout: RACE_MS }, async () => {
  const env = { ...RACE_SETTINGS, MONGODB_URI: newDatabaseUri() }
  const servers = [await startServer({ env }), await startServer({ env })]
  const { opened, statuses } = await raceForTokens(servers)
  expect(opened).toEqual({ 1: TOKENS })
  expect(statuses).toEqual({ 101: TOKENS, 401: 9 * TOKENS })
  await Promise.all(servers.map((server) => server.stop()))
})
