// The three shapes on the wire, and nothing else: request, reply, event.
import { z } from 'zod'
import { errors, isErrorCode } from './errors.ts'

export const requestFrame = z.object({
  /** greater than every earlier one of the connection */
  id: z.int().min(0),
  method: z.string(),
  params: z.record(z.string(), z.unknown()).default({}),
})
export type RequestFrame = z.infer<typeof requestFrame>

export const frameError = z.object({
  code: z.enum(Object.keys(errors).filter(isErrorCode)),
  /** "unable to <operation>; <reason>" */
  message: z.string(),
  retryable: z.boolean(),
  retryAfterMs: z.int().min(0).exactOptional(),
  issues: z.array(z.object({ path: z.string(), message: z.string() })).exactOptional(),
})
export type FrameError = z.infer<typeof frameError>

export const replyFrame = z.union([
  z.object({ id: z.int().min(0), result: z.record(z.string(), z.unknown()) }),
  z.object({ id: z.int().min(0), error: frameError }),
])
export type ReplyFrame = z.infer<typeof replyFrame>

const eventFrame = z.object({ event: z.string(), data: z.record(z.string(), z.unknown()) })
export type EventFrame = z.infer<typeof eventFrame>
