// User: an account that the integrator's back end registered.
import { z } from 'zod'
import { countCodePoints } from './code-points.ts'

/** 1–128 characters, beginning with a letter or digit. */
export const userId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/,
    '1 to 128 of A–Z a–z 0–9 . _ : @ -, beginning with a letter or digit',
  )
  .meta({ id: 'UserId' })

const displayName = z
  .string()
  .refine((name) => name.trim() !== '', 'must not be blank')
  .refine((name) => countCodePoints(name) <= 100, 'at most 100 characters')
  .refine((name) => name.isWellFormed() && !name.includes('\0'), 'must be well-formed text without U+0000')
  // the rules above, as far as JSON Schema can say them; its lengths are code points
  .meta({ minLength: 1, maxLength: 100, pattern: String.raw`^[^\u0000]*[^\s\u0000][^\u0000]*$` })

const avatarUrl = z
  .string()
  .refine((url) => url.length <= 2048, 'at most 2048 characters')
  .refine(isWebUrl, 'an http or https URL')
  .meta({ maxLength: 2048, pattern: String.raw`^[Hh][Tt][Tt][Pp][Ss]?://[^\s\u0000]+$`, format: 'uri' })

export const user = z
  .object({ userId, displayName, avatarUrl: avatarUrl.exactOptional() })
  .meta({ id: 'User' })
export type User = z.infer<typeof user>

function isWebUrl(value: string) {
  return (
    value.isWellFormed() && !value.includes('\0') && /^https?:\/\/\S+$/i.test(value) && URL.canParse(value)
  )
}
