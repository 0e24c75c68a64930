// Settings: the environment, read once at start through one zod schema.
import { z } from 'zod'
import { isLimitName, limits, type Limits } from '#rufer/shared/protocol/limits.ts'
import {
  missingWebhookSettings,
  toWebhookConfig,
  webhookSettings,
  type WebhookConfig,
} from './webhooks/settings.ts'

export interface Config {
  /** accepted secret keys, the newest first; empty in demo mode when the data folder keeps one */
  secretKeys: string[]
  dataDir: string
  sqliteSync: 'full' | 'normal'
  /** undefined: the store is embedded */
  mongodbUri: string | undefined
  isDemo: boolean
  /** one's own origin; undefined: that of the request */
  publicOrigin: string | undefined
  allowedOrigins: string[]
  trustedProxies: number
  metricsToken: string | undefined
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  tokenTtlMs: number
  signInLinkTtlMs: number
  heartbeatMs: number
  heartbeatTimeoutMs: number
  sessionMaxAgeMs: number
  /** undefined: none are sent */
  webhooks: WebhookConfig | undefined
  limits: Limits
}

/** Settings that cannot be used; `lines` say of each its name, what is wrong and what to set. */
export class ConfigError extends Error {
  readonly lines: string[]

  constructor(lines: string[]) {
    super(lines.join('\n'))
    this.name = 'ConfigError'
    this.lines = lines
  }
}

/**
 * Reads the settings out of an environment.
 *
 * @throws ConfigError with a line for each setting that is missing or wrong
 */
export function parseConfig(env: Record<string, string | undefined>, { isDev }: { isDev: boolean }): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  )
  const parsed = settings.safeParse(given)
  const wrong = parsed.error?.issues.map((issue) => toLine(issue, given)) ?? []
  const lines = [...wrong, ...missing(given, isDev)]
  if (!parsed.success || lines.length > 0) throw new ConfigError(lines)
  return toConfig(parsed.data)
}

/** Names of settings this version does not know, most likely misspelt. */
export function unknownSettings(env: Record<string, string | undefined>): string[] {
  const known = new Set([...Object.keys(settings.shape), ...SCRIPT_SETTINGS])
  return Object.keys(env).filter((name) => name.startsWith('RUFER_') && !known.has(name))
}

// --- the schema ---

const SCRIPT_SETTINGS = ['RUFER_URL']
/** The longest a timer of Node can wait. */
const MAX = 2_147_483_647
/** What stands in samples where a key belongs. */
const SAMPLE_KEY = /change.?(me|this)|your.?(secret|key)|placeholder|replace.?me|sample|insecure|<.*>/i
const KEY_ADVICE =
  'set 32 or more random characters, such as the output of: openssl rand -hex 32 (two as new,old while it is being changed)'

const duration = integer(1)
const secretKeys = z
  .string()
  .transform((value) => value.split(','))
  .refine((keys) => keys.length <= 2 && keys.every(isKey), KEY_ADVICE)

const limitSettings = Object.fromEntries(
  Object.values(limits).map((limit) => [
    limit.setting,
    (limit.kind === 'rate' ? rate() : integer(limit.least, 'most' in limit ? limit.most : MAX)).default(
      limit.standard,
    ),
  ]),
)

/** Every setting by its name in the environment; the descriptions are for the documents. */
export const settings = z.object({
  RUFER_SECRET_KEY: secretKeys
    .optional()
    .describe(
      'the key of the back-end API, 32 characters or more; `new,old` while it is being changed. Needed unless demo mode is on, which makes one and keeps it in `<data folder>/secret-key`',
    ),
  RUFER_DATA_DIR: z.string().default('.data').describe('folder of the SQLite file, made with mode 0700'),
  RUFER_SQLITE_SYNC: oneOf(['full', 'normal'])
    .default('full')
    .describe('`full`, or `normal`, which survives a crash of the process but not of the machine'),
  RUFER_DEMO: oneOf(['true', 'false'])
    .default('false')
    .describe('the chat page needs no sign-in, and alice and bob exist; `true` under `npm run dev`'),
  RUFER_PUBLIC_URL: z
    .string()
    .refine(isPublicUrl, 'set an http or https address without a path, such as https://chat.example.com')
    .optional()
    .describe(
      "the address people open, one's own and only origin: for sign-in links, `Secure` cookies and origin checks. Unless set, the origin of the request; needed in production behind proxies",
    ),
  RUFER_ALLOWED_ORIGINS: z
    .string()
    .transform((value) => value.split(',').map((origin) => origin.trim()))
    .refine(
      (origins) => origins.every(isOrigin),
      'set exact origins without a path, separated by commas, such as https://app.example.com',
    )
    .default([])
    .describe("exact origins, comma separated, that may open sockets from a browser besides one's own"),
  RUFER_TRUSTED_PROXIES: integer(0, 100)
    .default(0)
    .describe('how many proxies in front add to `X-Forwarded-For`; the client is that many from the right'),
  RUFER_METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'set printable characters without spaces')
    .optional()
    .describe('bearer token of `GET /metrics`; without it that path is 404'),
  RUFER_LOG_LEVEL: oneOf(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('`debug`, `info`, `warn`, `error` or `silent`'),
  RUFER_TOKEN_TTL_MS: duration.default(900_000).describe('life of a session token'),
  RUFER_SIGN_IN_LINK_TTL_MS: duration.default(600_000).describe('life of a sign-in link'),
  RUFER_HEARTBEAT_MS: duration.default(20_000).describe('how often connections are pinged'),
  RUFER_HEARTBEAT_TIMEOUT_MS: duration.default(30_000).describe('silence after which a connection is cut'),
  RUFER_SESSION_MAX_AGE_MS: duration
    .default(43_200_000)
    .describe('age at which a connection is asked to come again'),
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, 'set an address such as mongodb://localhost:27017/rufer?replicaSet=rs')
    .optional()
    .describe(
      'the replica set (MongoDB 6.0 or later) that all processes share; unless set, the store is a SQLite file of this process',
    ),
  ...webhookSettings(duration),
  HOST: z.string().optional().describe('where to listen; `0.0.0.0` unless set'),
  PORT: integer(0, 65_535).optional().describe('where to listen; 3000 unless set'),
  ...limitSettings,
})
type Settings = z.output<typeof settings>

const limitValues = z.record(z.enum(Object.keys(limits).filter(isLimitName)), z.number())

// --- Internal helpers ---

function integer(least: number, most = MAX) {
  const advice = `set a whole number from ${least} to ${most}`
  return z
    .string()
    .regex(/^\d{1,15}$/, { error: advice, abort: true })
    .transform(Number)
    .refine((value) => value >= least && value <= most, advice)
}

function rate() {
  const advice = `set a number from 0 to ${MAX}; 0 turns the limit off`
  return z
    .string()
    .regex(/^\d{1,15}(\.\d{1,9})?$/, { error: advice, abort: true })
    .transform(Number)
    .refine((value) => value <= MAX, advice)
}

function oneOf<const T extends string[]>(values: T) {
  return z.enum(values, { error: `set ${values.slice(0, -1).join(', ')} or ${values.at(-1)}` })
}

function isKey(key: string) {
  return /^[\x21-\x7e]{32,}$/.test(key) && !SAMPLE_KEY.test(key)
}

function isOrigin(value: string) {
  return /^https?:/.test(value) && URL.canParse(value) && new URL(value).origin === value
}

function isPublicUrl(value: string) {
  return isOrigin(value.replace(/\/$/, ''))
}

/** Secrets are never shown, and an address may hold one. */
function toLine(issue: z.core.$ZodIssue, given: Record<string, string | undefined>) {
  const name = String(issue.path[0])
  const isSecret = /(?:KEY|TOKEN|URI|SECRET|WEBHOOK_URL)$/.test(name)
  const state =
    given[name] === undefined
      ? 'is missing'
      : isSecret
        ? 'cannot be used'
        : `is ${JSON.stringify(given[name])}`
  return `${name} ${state}; ${issue.message}`
}

/** What other settings make necessary; told together with what is wrong. */
function missing(given: Record<string, string | undefined>, isDev: boolean) {
  const lines: string[] = []
  if (given['RUFER_SECRET_KEY'] === undefined && given['RUFER_DEMO'] !== 'true') {
    lines.push(`RUFER_SECRET_KEY is missing; ${KEY_ADVICE}`)
  }
  if (!isDev && Number(given['RUFER_TRUSTED_PROXIES']) > 0 && given['RUFER_PUBLIC_URL'] === undefined) {
    lines.push(
      'RUFER_PUBLIC_URL is missing; with RUFER_TRUSTED_PROXIES set the address people open, such as https://chat.example.com',
    )
  }
  return [...lines, ...missingWebhookSettings(given)]
}

function toConfig(values: Settings): Config {
  const byName: Record<string, unknown> = values
  return {
    secretKeys: values.RUFER_SECRET_KEY ?? [],
    dataDir: values.RUFER_DATA_DIR,
    sqliteSync: values.RUFER_SQLITE_SYNC,
    mongodbUri: values.MONGODB_URI,
    isDemo: values.RUFER_DEMO === 'true',
    publicOrigin: values.RUFER_PUBLIC_URL?.replace(/\/$/, ''),
    allowedOrigins: values.RUFER_ALLOWED_ORIGINS,
    trustedProxies: values.RUFER_TRUSTED_PROXIES,
    metricsToken: values.RUFER_METRICS_TOKEN,
    logLevel: values.RUFER_LOG_LEVEL,
    tokenTtlMs: values.RUFER_TOKEN_TTL_MS,
    signInLinkTtlMs: values.RUFER_SIGN_IN_LINK_TTL_MS,
    heartbeatMs: values.RUFER_HEARTBEAT_MS,
    heartbeatTimeoutMs: values.RUFER_HEARTBEAT_TIMEOUT_MS,
    sessionMaxAgeMs: values.RUFER_SESSION_MAX_AGE_MS,
    webhooks: toWebhookConfig(values),
    limits: limitValues.parse(
      Object.fromEntries(Object.entries(limits).map(([name, { setting }]) => [name, byName[setting]])),
    ),
  }
}
