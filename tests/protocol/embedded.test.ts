// What only the embedded engine can be made to do: a folder that is in use, a lock that another holds, a damaged file.
import { stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { callApi, register } from '#rufer/tests/helpers/api.ts'
import { METRICS_TOKEN, readMetrics } from '#rufer/tests/helpers/metrics.ts'
import { failedStart, SECRET_KEY, startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

/** The server may be writing just now. */
const WHEN_FREE = { timeout: 20_000 }

let server: TestServer
beforeEach(async () => {
  server = await startServer({ env: { RUFER_METRICS_TOKEN: METRICS_TOKEN } })
  await register(server, 'alice')
})
afterEach(() => server.stop())

describe('a start ends with exit code 1 and one line for', () => {
  test.each(['false', 'true'])('a data folder that cannot be used, demo mode %s', async (RUFER_DEMO) => {
    const env = { RUFER_DATA_DIR: '/dev/null/rufer', RUFER_DEMO, RUFER_SECRET_KEY: '' }
    const lines = await failedStart(RUFER_DEMO === 'true' ? env : { ...env, RUFER_SECRET_KEY: SECRET_KEY })
    expect(lines).toEqual([expect.stringContaining('/dev/null/rufer')])
  })

  test('a data folder that another process uses', async () => {
    expect(await failedStart({ RUFER_DATA_DIR: server.dataDir })).toEqual([
      expect.stringContaining('another process uses it'),
    ])
    expect((await callApi(server, 'GET /ready')).status).toBe(200)
  })
})

test('the data folder is the owner’s alone', async () => {
  await server.restart({ RUFER_DATA_DIR: join(server.dataDir, 'made') })
  expect((await stat(join(server.dataDir, 'made'))).mode & 0o777).toBe(0o700)
  expect((await stat(join(server.dataDir, 'made', 'rufer.db'))).mode & 0o077).toBe(0)
})

test('a store that cannot be written is 503, logged and counted', async () => {
  const other = new DatabaseSync(join(server.dataDir, 'rufer.db'), WHEN_FREE)
  other.exec('BEGIN IMMEDIATE')
  const answer = await callApi(server, 'POST /api/users/register', {
    body: { userId: 'bob', displayName: 'Bob' },
  })
  other.close()
  expect(answer).toMatchObject({ status: 503, body: { error: { code: 'store-unavailable' } } })
  expect((await readMetrics(server))['rufer_refused_total{reason="store-unavailable"}']).toBe(1)
  const warnings = () => server.log().filter(({ level }) => level === 'warn')
  await expect
    .poll(warnings)
    .toMatchObject([
      { operation: 'register user', err: { message: expect.stringContaining('store-unavailable') } },
    ])
  await register(server, 'bob')
})

test('sign-out with a cookie that means nothing writes nothing, and still clears it', async () => {
  const other = new DatabaseSync(join(server.dataDir, 'rufer.db'), WHEN_FREE)
  other.exec('BEGIN IMMEDIATE')
  const { status, body, headers } = await callApi(server, 'POST /api/sign-out', {
    key: null,
    headers: { cookie: `rufer_session=${'x'.repeat(43)}` },
  })
  other.close()
  expect({ status, body }).toEqual({ status: 200, body: {} })
  expect(headers.getSetCookie()[0]).toMatch(/^rufer_session=; Max-Age=0; Path=\//)
})

test('a store that cannot be closed is told, and ends the process at once with 1', async () => {
  // what was written since the last checkpoint is lost, which the last one finds
  await truncate(join(server.dataDir, 'rufer.db-wal'), 100)
  expect(await server.signal('SIGTERM')).toBe(1)
  expect(server.log().at(-1)).toMatchObject({
    level: 'fatal',
    err: { message: expect.any(String) },
    msg: expect.stringContaining('unable to stop'),
  })
})
