// The table of webhooks: type → the data that it carries; and what the back end sees of those that nobody took.
import { z } from 'zod'
import { instant } from '#rufer/shared/model/instant.ts'
import type { events } from './events.ts'

/** How many dead letters one call tells of, puts back or drops. */
export const LETTERS_AT_ONCE = 100

const webhookTypes = [
  'message.created',
  'message.updated',
  'receipt.updated',
  'presence.changed',
] as const satisfies (keyof typeof events)[]

export const deadLetter = z
  .object({
    /** the `webhook-id` */
    id: z.string(),
    type: z.enum(webhookTypes),
    attempts: z.int(),
    failedSince: instant,
    deadAt: instant,
    /** why the last attempt failed */
    reason: z.string(),
  })
  .meta({ id: 'DeadLetter' })

export const letterIds = z.strictObject({
  ids: z
    .array(z.string())
    .refine((ids) => ids.length <= LETTERS_AT_ONCE, `at most ${LETTERS_AT_ONCE} at once`),
})
