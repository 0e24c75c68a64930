// The lines of an export: the user first, then each conversation with all that was said and read in it, last the end.
import { z } from 'zod'
import { conversation } from '#rufer/shared/model/conversation.ts'
import { instant } from '#rufer/shared/model/instant.ts'
import { message } from '#rufer/shared/model/message.ts'
import { receipt } from '#rufer/shared/model/receipt.ts'
import { user } from '#rufer/shared/model/user.ts'

/** from here on an export can be taken up again */
const after = z.string()

export const exportLine = z.union([
  z.object({
    kind: z.literal('user'),
    user,
    lastSeenAt: instant.nullable(),
    /** how many there are just now */
    conversations: z.int().min(0),
  }),
  z.object({
    kind: z.literal('conversation'),
    after,
    conversation: conversation.omit({ lastMessage: true, unreadCount: true }),
  }),
  z.object({ kind: z.literal('message'), after, message }),
  z.object({ kind: z.literal('receipt'), after, receipt }),
  z.object({ kind: z.literal('end') }),
])
export type ExportLine = z.infer<typeof exportLine>
