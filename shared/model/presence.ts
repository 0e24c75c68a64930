// Presence: whether a user has an open connection, and when the last one ended.
import { z } from 'zod'
import { instant } from './instant.ts'
import { userId } from './user.ts'

export const presence = z
  .object({
    userId,
    status: z.enum(['online', 'offline']),
    /** null while online, and for a user who was never seen */
    lastSeenAt: instant.nullable(),
  })
  .meta({ id: 'Presence' })
export type Presence = z.infer<typeof presence>
