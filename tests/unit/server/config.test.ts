// The settings: their defaults, what they become, and a line for each that is wrong.
import { describe, expect, test } from 'vitest'
import { ConfigError, parseConfig, unknownSettings } from '#rufer/server/config.ts'
import { limits } from '#rufer/shared/protocol/limits.ts'

const KEY = 'b7c1f0a94e2d4c58a3f60d1e9b827564'
const parse = (env: Record<string, string>, isDev = false) =>
  parseConfig({ RUFER_SECRET_KEY: KEY, ...env }, { isDev })

/** The lines a start would end with. */
function linesOf(env: Record<string, string>, isDev = false): string[] {
  try {
    parse(env, isDev)
  } catch (error) {
    if (error instanceof ConfigError) return error.lines
  }
  return []
}

test('the defaults are those of the contract', () => {
  expect(parse({})).toEqual({
    secretKeys: [KEY],
    dataDir: '.data',
    sqliteSync: 'full',
    isDemo: false,
    publicOrigin: undefined,
    allowedOrigins: [],
    trustedProxies: 0,
    metricsToken: undefined,
    logLevel: 'info',
    tokenTtlMs: 900_000,
    signInLinkTtlMs: 600_000,
    heartbeatMs: 20_000,
    heartbeatTimeoutMs: 30_000,
    sessionMaxAgeMs: 43_200_000,
    limits: {
      frameBytes: 65_536,
      textLength: 10_000,
      requestsPerSecond: 20,
      requestsBurst: 60,
      messagesPerSecond: 10,
      messagesBurst: 40,
      connectionsPerUser: 20,
      connections: 50_000,
      connectionsPerAddress: 1_000,
      upgradesPerSecond: 100,
      upgradesBurst: 500,
      waitingRequests: 64,
      unsentBytes: 1_048_576,
      tokensPerMinute: 50,
      unusedTokens: 20,
      wrongKeysPerMinute: 20,
    },
  })
})

test('an empty setting is as good as none', () => {
  expect(parse({ RUFER_DATA_DIR: '', RUFER_ALLOWED_ORIGINS: '', PORT: '' })).toEqual(parse({}))
})

describe('a setting becomes', () => {
  test.each([
    ['RUFER_SECRET_KEY', `${KEY},${KEY}2`, { secretKeys: [KEY, `${KEY}2`] }],
    ['RUFER_PUBLIC_URL', 'https://chat.example.com/', { publicOrigin: 'https://chat.example.com' }],
    ['RUFER_PUBLIC_URL', 'http://localhost:3000', { publicOrigin: 'http://localhost:3000' }],
    [
      'RUFER_ALLOWED_ORIGINS',
      'https://a.org, http://b.org:81',
      { allowedOrigins: ['https://a.org', 'http://b.org:81'] },
    ],
    ['RUFER_DEMO', 'true', { isDemo: true }],
    ['RUFER_LOG_LEVEL', 'silent', { logLevel: 'silent' }],
    ['RUFER_TOKEN_TTL_MS', '1', { tokenTtlMs: 1 }],
    ['RUFER_LIMIT_TOKENS_PER_MINUTE', '0.5', { limits: { tokensPerMinute: 0.5 } }],
    ['RUFER_LIMIT_CONNECTIONS', '0', { limits: { connections: 0 } }],
  ])('%s=%s', (name, value, config) => {
    expect(parse({ [name]: value })).toMatchObject(config)
  })
})

describe('each limit', () => {
  test.each(Object.values(limits))('$setting names itself and the least it may be', ({ setting, least }) => {
    const wrong = ['-1', 'x', '1e3', '0x10', ' 1', '9'.repeat(15), 'Infinity', ...(least === 1 ? ['0'] : [])]
    for (const value of wrong) {
      expect(linesOf({ [setting]: value })).toEqual([
        expect.stringMatching(
          new RegExp(String.raw`^${setting} is "${value}"; set a (whole )?number from [01] to \d+`),
        ),
      ])
    }
    expect(linesOf({ [setting]: String(least) })).toEqual([])
  })
})

test('a rate may be a fraction, a count may not', () => {
  for (const { setting, kind } of Object.values(limits)) {
    expect([setting, linesOf({ [setting]: '1.5' }).length]).toEqual([setting, kind === 'rate' ? 0 : 1])
  }
})

test('a key is needed without demo mode only', () => {
  expect(linesOf({ RUFER_SECRET_KEY: '' })).toEqual([
    expect.stringMatching(/^RUFER_SECRET_KEY is missing; set 32/),
  ])
  expect(parse({ RUFER_SECRET_KEY: '', RUFER_DEMO: 'true' }).secretKeys).toEqual([])
})

test.each([
  'changeme-changeme-changeme-changeme',
  'your-secret-key-with-more-than-32-characters',
  `${KEY} `,
  `${KEY},`,
])('a sample or something else that is no key is refused without being shown: %s', (value) => {
  const lines = linesOf({ RUFER_SECRET_KEY: value })
  expect(lines).toEqual([expect.stringMatching(/^RUFER_SECRET_KEY cannot be used; /)])
  expect(lines[0]).not.toContain(value)
})

test('an address of webhooks that cannot be used is not shown, as it may hold a secret', () => {
  const lines = linesOf({
    RUFER_WEBHOOK_URL: 'https://me:hidden@a.org/?key=hidden',
    RUFER_WEBHOOK_SECRET: 'x',
  })
  expect(lines).toContainEqual(expect.stringMatching(/^RUFER_WEBHOOK_URL cannot be used; set an http/))
  expect(lines.join()).not.toContain('hidden')
})

test('trusted proxies need the public URL, in production', () => {
  expect(linesOf({ RUFER_TRUSTED_PROXIES: '1' })).toEqual([
    expect.stringMatching(/^RUFER_PUBLIC_URL is missing; /),
  ])
  expect(linesOf({ RUFER_TRUSTED_PROXIES: '1' }, true)).toEqual([])
  expect(linesOf({ RUFER_TRUSTED_PROXIES: '1', RUFER_PUBLIC_URL: 'https://a.org' })).toEqual([])
})

test('names that begin like settings and are none are found', () => {
  const env = { RUFER_LIMITS_FRAME: '1', RUFER_DEMO: 'true', RUFER_URL: 'x', HOME: '/', MY_RUFER_X: '' }
  expect(unknownSettings(env)).toEqual(['RUFER_LIMITS_FRAME'])
})
