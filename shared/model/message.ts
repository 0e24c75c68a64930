// Message: what a person wrote, in its place in a conversation.
import { z } from 'zod'
import { limits } from '#rufer/shared/protocol/limits.ts'
import { instant } from './instant.ts'
import { userId } from './user.ts'

/** Made by the sender and the key that makes a send repeatable. */
export const messageId = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'a UUID in lower case')
  .meta({ id: 'MessageId' })

/** Never trimmed or changed; its greatest length is a setting and has an error code of its own. */
export const messageText = z
  .string()
  .refine((text) => text !== '', 'at least one character')
  .refine((text) => text.isWellFormed(), 'must be well-formed Unicode: a lone surrogate was found')
  .refine((text) => !text.includes('\0'), 'must not contain U+0000')
  .meta({ minLength: 1, maxLength: limits.textLength.standard, pattern: String.raw`^[^\u0000]*$` })

export const message = z
  .object({
    id: messageId,
    conversationId: z.string(),
    /** its place: 1, 2, 3 … without holes */
    seq: z.int().min(1),
    /** the conversation's revision that made or last changed it */
    rev: z.int().min(1),
    senderId: userId,
    /** empty once deleted */
    text: z.string(),
    createdAt: instant,
    deliveredAt: instant.nullable(),
    readAt: instant.nullable(),
    deletedAt: instant.exactOptional(),
  })
  .meta({ id: 'Message' })
export type Message = z.infer<typeof message>
