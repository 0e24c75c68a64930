// The settings of webhooks: where they go, what signs them, and how long one is tried.
import { z } from 'zod'

export interface WebhookConfig {
  url: string
  /** what signs, the newest first */
  secrets: string[]
  /** may go to addresses that only this machine or network reaches */
  isPrivateAllowed: boolean
  timeoutMs: number
  /** before the second attempt; doubled for each one after it */
  retryMs: number
  /** how long after its first failure an event is given up */
  giveUpMs: number
}

/** Their names in the environment; durations come checked. */
export function webhookSettings(duration: z.ZodType<number, string>) {
  return {
    RUFER_WEBHOOK_URL: z
      .string()
      .refine(isTarget, 'set an http or https address without a user and password')
      .optional()
      .describe('where webhooks are sent; unless set there are none ([webhooks.md](webhooks.md))'),
    RUFER_WEBHOOK_SECRET: z
      .string()
      .transform((value) => value.split(','))
      .refine((secrets) => secrets.length <= 2 && secrets.every(isSecret), SECRET_ADVICE)
      .optional()
      .describe(
        'what signs webhooks: `whsec_` and 24 to 64 bytes in base64; `new,old` while it is being changed',
      ),
    RUFER_WEBHOOK_PRIVATE: z
      .enum(['true', 'false'], { error: 'set true or false' })
      .default('false')
      .describe('webhooks may go to private addresses, those of this machine and its network'),
    RUFER_WEBHOOK_TIMEOUT_MS: duration
      .default(5_000)
      .describe('how long an answer to a webhook is waited for'),
    RUFER_WEBHOOK_RETRY_MS: duration
      .default(1_000)
      .describe('before a webhook is sent again; doubled each time, up to an hour'),
    RUFER_WEBHOOK_GIVE_UP_MS: duration
      .default(86_400_000)
      .describe('how long a webhook is tried before it becomes a dead letter'),
  }
}

/** What is missing beside what is set. */
export function missingWebhookSettings(given: Record<string, string | undefined>): string[] {
  const hasUrl = given['RUFER_WEBHOOK_URL'] !== undefined
  const hasSecret = given['RUFER_WEBHOOK_SECRET'] !== undefined
  if (hasUrl === hasSecret) return []
  return hasUrl
    ? [`RUFER_WEBHOOK_SECRET is missing; ${SECRET_ADVICE}`]
    : ['RUFER_WEBHOOK_URL is missing; with RUFER_WEBHOOK_SECRET set the address that webhooks are sent to']
}

/** Undefined where there are none. */
export function toWebhookConfig(values: {
  RUFER_WEBHOOK_URL?: string | undefined
  RUFER_WEBHOOK_SECRET?: string[] | undefined
  RUFER_WEBHOOK_PRIVATE: string
  RUFER_WEBHOOK_TIMEOUT_MS: number
  RUFER_WEBHOOK_RETRY_MS: number
  RUFER_WEBHOOK_GIVE_UP_MS: number
}): WebhookConfig | undefined {
  const { RUFER_WEBHOOK_URL: url, RUFER_WEBHOOK_SECRET: secrets } = values
  if (url === undefined || secrets === undefined) return undefined
  return {
    url,
    secrets,
    isPrivateAllowed: values.RUFER_WEBHOOK_PRIVATE === 'true',
    timeoutMs: values.RUFER_WEBHOOK_TIMEOUT_MS,
    retryMs: values.RUFER_WEBHOOK_RETRY_MS,
    giveUpMs: values.RUFER_WEBHOOK_GIVE_UP_MS,
  }
}

// --- Internal helpers ---

const PREFIX = 'whsec_'
const SECRET_ADVICE =
  'set whsec_ and 24 to 64 bytes in base64, such as the output of: echo "whsec_$(openssl rand -base64 32)" (two as new,old while it is being changed)'

function isSecret(secret: string) {
  if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret)) return false
  const { length } = Buffer.from(secret.slice(PREFIX.length), 'base64')
  return length >= 24 && length <= 64
}

function isTarget(value: string) {
  if (!URL.canParse(value)) return false
  const { protocol, username, password } = new URL(value)
  return /^https?:$/.test(protocol) && username === '' && password === ''
}
