// Receipt: one forward move of a member's "delivered up to" and "read up to" markers.
import { z } from 'zod'
import { instant } from './instant.ts'
import { userId } from './user.ts'

export const receipt = z
  .object({
    conversationId: z.string(),
    userId,
    deliveredSeq: z.int().min(0),
    deliveredAt: instant.nullable(),
    readSeq: z.int().min(0),
    readAt: instant.nullable(),
    rev: z.int().min(1),
  })
  .meta({ id: 'Receipt' })
export type Receipt = z.infer<typeof receipt>
