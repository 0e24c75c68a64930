// Member: a user in a conversation, with how far messages were delivered to them and read by them.
import { z } from 'zod'
import { instant } from './instant.ts'
import { user } from './user.ts'

export const member = user
  .extend({
    deliveredSeq: z.int().min(0),
    deliveredAt: instant.nullable(),
    readSeq: z.int().min(0),
    readAt: instant.nullable(),
  })
  .meta({ id: 'Member' })
export type Member = z.infer<typeof member>
