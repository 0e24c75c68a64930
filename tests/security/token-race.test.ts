// Tokens, each offered over 10 sockets at once. How many is a setting: CI races for 10,000.
import { expect, test } from 'vitest'
import { startServer } from '#rufer/tests/helpers/server.ts'
import { RACE_MS, RACE_SETTINGS, raceForTokens, TOKENS } from '#rufer/tests/helpers/token-race.ts'

test(`each of ${TOKENS} tokens opens one socket`, { timeout: RACE_MS }, async () => {
  const server = await startServer({ env: RACE_SETTINGS })
  const { opened, statuses } = await raceForTokens([server])
  expect(opened).toEqual({ 1: TOKENS })
  expect(statuses).toEqual({ 101: TOKENS, 401: 9 * TOKENS })
  await server.stop()
})
