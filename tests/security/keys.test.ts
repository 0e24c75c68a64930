// S9–S11: the secret key of the back-end API.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isSame } from '#rufer/server/http/key.ts'
import { callApi } from '#rufer/tests/helpers/api.ts'
import { METRICS_TOKEN, readMetrics } from '#rufer/tests/helpers/metrics.ts'
import { failedStart, SECRET_KEY, startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

const ROOT = join(import.meta.dirname, '../..')

let server: TestServer
beforeAll(async () => {
  server = await startServer({
    env: { RUFER_METRICS_TOKEN: METRICS_TOKEN, RUFER_LIMIT_WRONG_KEYS_PER_MINUTE: '3' },
  })
})
afterAll(() => server.stop())

const ask = (key: string | null) => callApi(server, 'GET /api/users/nobody/online', { key })

test('S9 keys are compared by their digests, which takes as long whatever was right of them', async () => {
  expect(isSame(SECRET_KEY, SECRET_KEY)).toBe(true)
  for (const other of [
    '',
    SECRET_KEY.slice(1),
    SECRET_KEY.slice(0, -1),
    `${SECRET_KEY} `,
    SECRET_KEY.toUpperCase(),
  ])
    expect(isSame(SECRET_KEY, other)).toBe(false)
  const source = await readFile(join(ROOT, 'server/http/key.ts'), 'utf8')
  expect(source).toContain('timingSafeEqual(toDigest(key), toDigest(given))')
})

test('S10 no start without a key, nor with a short one or one out of a sample', async () => {
  for (const key of [
    '',
    'short',
    'x'.repeat(31),
    'your-secret-key-your-secret-key-your',
    '<a key of 32 characters or more>',
  ]) {
    const [line = ''] = await failedStart({ RUFER_SECRET_KEY: key })
    expect(line).toMatch(/^RUFER_SECRET_KEY (?:is missing|cannot be used); set 32 or more random characters/)
  }
})

test('S10 a missing and a wrong key get the same answer; wrong ones are limited, counted, and logged with an end', async () => {
  const [missing, wrong] = [await ask(null), await ask('wrong')]
  expect([missing.status, wrong.status]).toEqual([401, 401])
  expect(wrong.body).toEqual(missing.body)
  const names = ({ headers }: typeof missing) => [...headers.keys()].toSorted()
  expect(names(wrong)).toEqual(names(missing))

  const statuses = []
  for (let round = 0; round < 20; round++) statuses.push((await ask(`wrong ${round}`)).status)
  expect(statuses).toEqual([401, 401, ...Array(18).fill(429)])
  expect((await ask(SECRET_KEY)).status).toBe(404)
  expect(await readMetrics(server)).toMatchObject({
    'rufer_refused_total{reason="wrong-key"}': 21,
    'rufer_refused_total{reason="missing-key"}': 1,
  })
  const lines = server.log().filter(({ msg }) => msg === 'a wrong secret key was refused')
  expect(lines).toHaveLength(3)
  expect(lines[0]).toMatchObject({ level: 'warn', address: '127.0.0.1' })
})

test('S11 no file that browsers get holds the name of a secret, or what is said of one', async () => {
  const folder = join(ROOT, '.output/public')
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const scripts = files.filter(({ name }) => /\.(?:js|css|html|json|map)$/.test(name))
  expect(scripts.length).toBeGreaterThan(3)
  for (const { parentPath, name } of scripts) {
    const text = await readFile(join(parentPath, name), 'utf8')
    const told = text.match(/secret-key|RUFER_(?!LIMIT_)[A-Z]|MONGODB_URI|timingSafeEqual|sourceMappingURL/g)
    expect({ name, told }).toEqual({ name, told: null })
  }
  const page = await (await fetch(`${server.url}/chat`)).text()
  expect([SECRET_KEY, METRICS_TOKEN].filter((secret) => page.includes(secret))).toEqual([])
})
