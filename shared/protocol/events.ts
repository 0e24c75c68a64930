// The table of events: name → the shape of its data.
import { z } from 'zod'
import { conversation } from '#rufer/shared/model/conversation.ts'
import { instant } from '#rufer/shared/model/instant.ts'
import { message } from '#rufer/shared/model/message.ts'
import { presence } from '#rufer/shared/model/presence.ts'
import { receipt } from '#rufer/shared/model/receipt.ts'
import { userId } from '#rufer/shared/model/user.ts'

const typing = z.object({ conversationId: z.string(), userId })

export const events = {
  'session.started': z.object({
    userId,
    connectionId: z.string(),
    serverTime: instant,
    heartbeatMs: z.int(),
    limits: z.object({
      frameBytes: z.int(),
      textLength: z.int(),
      requestsPerSecond: z.number(),
      messagesPerSecond: z.number(),
      pageSize: z.int(),
      syncConversations: z.int(),
    }),
  }),
  'message.created': z.object({ message }),
  /** reserved: edits and deletions */
  'message.updated': z.object({ message }),
  'receipt.updated': z.object({ receipt }),
  'conversation.updated': z.object({ conversation }),
  'typing.started': typing,
  'typing.stopped': typing,
  'presence.changed': z.object({ presence }),
  'session.ending': z.object({
    reason: z.string(),
    /** null where the client stays closed */
    reconnectAfterMs: z.int().nullable(),
  }),
} as const

export type EventName = keyof typeof events
export type EventData<E extends EventName> = z.output<(typeof events)[E]>
/** Any event, to be told apart by its `event`. */
export type ChatEvent = { [E in EventName]: { event: E; data: EventData<E> } }[EventName]
