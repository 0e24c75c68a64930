// Limits on connecting: places of a user, an address and the process, upgrades an address, and who an address is.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { issueToken, register } from '#rufer/tests/helpers/api.ts'
import { connect } from '#rufer/tests/helpers/client.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { gone, openTcp, upgrade, upgradeHead, type UpgradeOptions } from '#rufer/tests/helpers/wire.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({
    env: { RUFER_LIMIT_TOKENS_PER_MINUTE: '0', RUFER_LIMIT_UNUSED_TOKENS: '0' },
    // each process counts for itself
    processes: 1,
  })
  await register(server, 'alice', 'bob')
})
afterAll(() => server.stop())

const OFF = {
  RUFER_LIMIT_CONNECTIONS: '0',
  RUFER_LIMIT_CONNECTIONS_PER_USER: '0',
  RUFER_LIMIT_CONNECTIONS_PER_ADDRESS: '0',
  RUFER_LIMIT_UPGRADES_PER_SECOND: '0',
  RUFER_TRUSTED_PROXIES: '0',
}

const aliceToken = () => issueToken(server, 'alice')

/** Waits until an upgrade with a token that is not spent by refusals gets in. */
async function untilAccepted(options: UpgradeOptions & { token: string }) {
  await expect
    .poll(async () => {
      const answer = await upgrade(server, options)
      answer.drop()
      return answer.status
    })
    .toBe(101)
}

test('a user has so many places, over all addresses, and gets them back', async () => {
  await server.restart({ ...OFF, RUFER_LIMIT_CONNECTIONS_PER_USER: '2' })
  const [first, second] = await Promise.all([connect(server, 'alice'), connect(server, 'alice')])
  const token = await aliceToken()

  const refused = await upgrade(server, { token })
  expect(refused).toMatchObject({ status: 429, error: { code: 'rate-limited' } })
  const bob = await connect(server, 'bob')

  first.socket.terminate()
  await untilAccepted({ token })
  await second.close()
  await untilAccepted({ token: await aliceToken() })
  await bob.close()
})

test('upgrades that race for the last places of a user get no more than there are', async () => {
  const tokens = await Promise.all(Array.from({ length: 8 }, aliceToken))
  const answers = await Promise.all(tokens.map((token) => upgrade(server, { token })))
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    101, 101, 429, 429, 429, 429, 429, 429,
  ])
  answers.forEach((answer) => answer.drop())
})

test('an address has so many places', async () => {
  await server.restart({ ...OFF, RUFER_LIMIT_CONNECTIONS_PER_ADDRESS: '1' })
  const alice = await connect(server, 'alice')
  const token = await issueToken(server, 'bob')
  expect(await upgrade(server, { token })).toMatchObject({
    status: 429,
    error: { code: 'rate-limited' },
    headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
  })
  await alice.close()
  await untilAccepted({ token })
})

test('the process has so many places', async () => {
  await server.restart({ ...OFF, RUFER_LIMIT_CONNECTIONS: '1' })
  const alice = await connect(server, 'alice')
  const token = await issueToken(server, 'bob')
  expect(await upgrade(server, { token })).toMatchObject({ status: 503, error: { code: 'overloaded' } })
  await alice.close()
  await untilAccepted({ token })
})

test('refused and aborted upgrades keep no place', async () => {
  await server.restart({
    ...OFF,
    RUFER_LIMIT_CONNECTIONS_PER_ADDRESS: '1',
    RUFER_LIMIT_CONNECTIONS_PER_USER: '1',
  })
  for (const options of [{}, { token: 'x'.repeat(43) }, { headers: { Origin: 'null' } }, { path: '/' }]) {
    expect((await upgrade(server, options)).status).toBeGreaterThanOrEqual(400)
  }
  for (let round = 0; round < 10; round++) {
    const head = upgradeHead({ token: await aliceToken() })
    const tcp = openTcp(server)
    // half of them close in order, half reset
    if (round % 2 === 0) tcp.end(head)
    else tcp.write(head, () => tcp.resetAndDestroy())
    await gone(tcp)
  }
  await untilAccepted({ token: await aliceToken() })
})

test('an address upgrades so often, then waits', async () => {
  await server.restart({ ...OFF, RUFER_LIMIT_UPGRADES_PER_SECOND: '0.001', RUFER_LIMIT_UPGRADES_BURST: '3' })
  const statuses = []
  for (let round = 0; round < 3; round++) statuses.push((await upgrade(server)).status)
  expect(statuses).toEqual([401, 401, 401])
  expect(await upgrade(server)).toMatchObject({
    status: 429,
    error: { code: 'rate-limited' },
    headers: { 'retry-after': expect.stringMatching(/^(?:1000|9\d\d)$/) },
  })
})

test('behind a proxy the address is the last one it added; what a client wrote before proves nothing', async () => {
  await server.restart({
    ...OFF,
    RUFER_LIMIT_UPGRADES_PER_SECOND: '0.001',
    RUFER_LIMIT_UPGRADES_BURST: '1',
    RUFER_TRUSTED_PROXIES: '1',
    RUFER_PUBLIC_URL: 'https://chat.example.com',
  })
  const from = async (forwarded: string) =>
    (await upgrade(server, { headers: { 'X-Forwarded-For': forwarded } })).status
  expect(await from('203.0.113.1')).toBe(401)
  expect(await from('203.0.113.1')).toBe(429)
  expect(await from('198.51.100.7, 203.0.113.1')).toBe(429)
  expect(await from('203.0.113.1, 203.0.113.2')).toBe(401)
  expect(await from('203.0.113.3,203.0.113.2')).toBe(429)
})

test('without a trusted proxy X-Forwarded-For says nothing', async () => {
  await server.restart({ ...OFF, RUFER_LIMIT_UPGRADES_PER_SECOND: '0.001', RUFER_LIMIT_UPGRADES_BURST: '1' })
  const from = async (forwarded: string) =>
    (await upgrade(server, { headers: { 'X-Forwarded-For': forwarded } })).status
  expect(await from('203.0.113.1')).toBe(401)
  expect(await from('203.0.113.2')).toBe(429)
})

test('a limit of 0 is off', async () => {
  await server.restart(OFF)
  const tokens = await Promise.all(Array.from({ length: 60 }, aliceToken))
  const answers = await Promise.all(tokens.map((token) => upgrade(server, { token })))
  answers.forEach((answer) => answer.drop())
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([101]))
})
