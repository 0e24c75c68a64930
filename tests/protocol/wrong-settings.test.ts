// Wrong settings: each ends the start, before anything is opened, with a line that says what to set.
import { describe, expect, test } from 'vitest'
import { failedStart, SECRET_KEY } from '#rufer/tests/helpers/server.ts'

describe('a start ends with exit code 1 and one line for', () => {
  test.each([
    ['RUFER_SECRET_KEY', ''],
    ['RUFER_SECRET_KEY', 'short'],
    ['RUFER_SECRET_KEY', 'change-me-change-me-change-me-change-me'],
    ['RUFER_SECRET_KEY', `${SECRET_KEY},short`],
    ['RUFER_SECRET_KEY', `${SECRET_KEY},${SECRET_KEY}a,${SECRET_KEY}b`],
    ['RUFER_SQLITE_SYNC', 'off'],
    ['RUFER_DEMO', 'yes'],
    ['RUFER_PUBLIC_URL', 'chat.example.com'],
    ['RUFER_PUBLIC_URL', 'https://example.com/chat'],
    ['RUFER_ALLOWED_ORIGINS', 'https://app.example.com,*'],
    ['RUFER_TRUSTED_PROXIES', '-1'],
    ['RUFER_TRUSTED_PROXIES', 'true'],
    ['RUFER_METRICS_TOKEN', 'with space'],
    ['RUFER_LOG_LEVEL', 'verbose'],
    ['RUFER_TOKEN_TTL_MS', '0'],
    ['RUFER_HEARTBEAT_MS', '20s'],
    ['RUFER_SESSION_MAX_AGE_MS', '1.5'],
    ['RUFER_LIMIT_FRAME_BYTES', '0'],
    ['RUFER_LIMIT_REQUESTS_PER_SECOND', '-1'],
    ['RUFER_LIMIT_CONNECTIONS', '1e6'],
    ['MONGODB_URI', 'postgres://user:hunter2@localhost/rufer'],
    ['PORT', '70000'],
  ])('%s=%s', async (name, value) => {
    const lines = await failedStart({ [name]: value })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(new RegExp(`^${name} (is|cannot) .+; .+`))
    // secrets are not repeated
    expect(lines[0]).not.toMatch(/change-me|hunter2|with space/)
  })

  test('RUFER_PUBLIC_URL, which trusted proxies need', async () => {
    expect(await failedStart({ RUFER_TRUSTED_PROXIES: '1' })).toEqual([
      expect.stringMatching(/^RUFER_PUBLIC_URL is missing; .+/),
    ])
  })

  test('each of several', async () => {
    const lines = await failedStart({
      RUFER_SECRET_KEY: '',
      RUFER_LOG_LEVEL: 'loud',
      RUFER_TRUSTED_PROXIES: '2',
      RUFER_LIMIT_TEXT_LENGTH: 'x',
    })
    expect(lines.map((line) => line.replace(/ .*/, '')).toSorted()).toEqual([
      'RUFER_LIMIT_TEXT_LENGTH',
      'RUFER_LOG_LEVEL',
      'RUFER_PUBLIC_URL',
      'RUFER_SECRET_KEY',
    ])
  })
})
