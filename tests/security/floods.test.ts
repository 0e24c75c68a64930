// S19–S21: who asks for too much is refused before anything expensive is done, and others go on.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callApi, issueToken, register } from '#rufer/tests/helpers/api.ts'
import { connect } from '#rufer/tests/helpers/client.ts'
import { METRICS_TOKEN, readMetrics } from '#rufer/tests/helpers/metrics.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { tcpOf, toFrame, upgrade } from '#rufer/tests/helpers/wire.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({
    env: {
      RUFER_METRICS_TOKEN: METRICS_TOKEN,
      RUFER_LIMIT_REQUESTS_PER_SECOND: '0.001',
      RUFER_LIMIT_REQUESTS_BURST: '60',
      RUFER_LIMIT_MESSAGES_PER_SECOND: '0.001',
      RUFER_LIMIT_MESSAGES_BURST: '25',
    },
  })
  await register(server, 'alice', 'bob', 'mallory')
})
afterAll(() => server.stop())

const count = async (reason: string) =>
  (await readMetrics(server))[`rufer_refused_total{reason="${reason}"}`] ?? 0

const send = (id: number) => ({
  id,
  method: 'message.send',
  params: { id: crypto.randomUUID(), userId: 'bob', text: 'x' },
})

test('S19 a flood of requests is refused by the request, then with its connection; honest ones are answered', async () => {
  const [alice, bob, mallory] = await Promise.all(
    ['alice', 'bob', 'mallory'].map((id) => connect(server, id)),
  )
  if (!alice || !bob || !mallory) throw new Error('nobody came')
  const flood = Array.from({ length: 2_000 }, (_, id) => toFrame(JSON.stringify(send(id))))
  tcpOf(mallory).write(Buffer.concat(flood))
  for (let round = 0; round < 20; round++) await alice.say({ userId: 'bob' }, `honest ${round}`)
  expect(await mallory.closed).toBe(4429)
  const results = mallory.frames.filter((frame) => 'result' in frame)
  expect(results).toHaveLength(25)
  expect(await count('requests-per-second')).toBe(100)
  const honest = []
  while (honest.length < 20) {
    const { message } = await bob.next('message.created')
    if (message.senderId === 'alice') honest.push(message.text)
  }
  expect(honest).toEqual(Array.from({ length: 20 }, (_, round) => `honest ${round}`))
  await Promise.all([alice.close(), bob.close()])
})

test('S20 connections are limited an address, counted from the right of X-Forwarded-For, which is warned about where nobody trusts a proxy', async () => {
  await server.restart({ RUFER_LIMIT_UPGRADES_PER_SECOND: '0.001', RUFER_LIMIT_UPGRADES_BURST: '2' })
  const from = async (forwarded: string) =>
    (await upgrade(server, { headers: { 'X-Forwarded-For': forwarded } })).status
  expect([await from('198.51.100.1'), await from('198.51.100.2'), await from('198.51.100.3')]).toEqual([
    401, 401, 429,
  ])
  await callApi(server, 'GET /health', { headers: { 'x-forwarded-for': '198.51.100.4' } })
  const warnings = () => server.log().filter(({ msg }) => String(msg).includes('X-Forwarded-For'))
  const warned = [{ level: 'warn', msg: expect.stringContaining('RUFER_TRUSTED_PROXIES') }]
  await expect.poll(warnings).toMatchObject(warned)
  expect(await count('upgrades-per-second')).toBe(1)

  await server.restart({
    RUFER_LIMIT_UPGRADES_PER_SECOND: '0.001',
    RUFER_LIMIT_UPGRADES_BURST: '1',
    RUFER_TRUSTED_PROXIES: '2',
    RUFER_PUBLIC_URL: 'https://chat.example.com',
  })
  expect(await from('203.0.113.1, 10.0.0.1')).toBe(401)
  // what stands further left was written by the client
  expect(await from('198.51.100.9, 203.0.113.1, 10.0.0.1')).toBe(429)
  expect(await from('203.0.113.2, 10.0.0.1')).toBe(401)
  expect(warnings()).toEqual([])
})

test('S21 tokens are limited a user, and the oldest unused give way', async () => {
  await server.restart({
    RUFER_LIMIT_UPGRADES_PER_SECOND: '0',
    RUFER_TRUSTED_PROXIES: '0',
    RUFER_LIMIT_TOKENS_PER_MINUTE: '5',
    RUFER_LIMIT_UNUSED_TOKENS: '2',
  })
  const first = await issueToken(server, 'alice')
  const ask = () => callApi(server, 'POST /api/users/session-token', { body: { userId: 'alice' } })
  const answers = []
  for (let round = 0; round < 9; round++) answers.push(await ask())
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 429, 429, 429, 429, 429])
  expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await upgrade(server, { token: first })).status).toBe(401)
  expect(await count('tokens-per-minute')).toBe(5)
  await issueToken(server, 'bob')
})
