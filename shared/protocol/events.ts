// The table of events: name → the shape of its data; its description says to whom it goes.
import { z } from 'zod'
import { conversation } from '#rufer/shared/model/conversation.ts'
import { instant } from '#rufer/shared/model/instant.ts'
import { message } from '#rufer/shared/model/message.ts'
import { presence } from '#rufer/shared/model/presence.ts'
import { receipt } from '#rufer/shared/model/receipt.ts'
import { userId } from '#rufer/shared/model/user.ts'

const typing = z.object({ conversationId: z.string(), userId })

export const events = {
  'session.started': z
    .object({
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
    })
    .describe('the connection, first of all'),
  'message.created': z.object({ message }).describe('every connection of every member, the sending one too'),
  'message.updated': z
    .object({ message })
    .describe('a message was deleted: it has `deletedAt`, no text, and the rev of that'),
  'receipt.updated': z.object({ receipt }).describe('every connection of every member'),
  'conversation.updated': z
    .object({ conversation })
    .describe(
      'every connection of every member, when one is made (before its first `message.created`) or a profile changes',
    ),
  'typing.started': typing.describe('the other members'),
  'typing.stopped': typing.describe(
    'the other members, after a started only: at a stop, 3 s after the last start, at a disconnect, and before a message',
  ),
  'presence.changed': z.object({ presence }).describe('connections that watch the user'),
  'session.ending': z
    .object({
      reason: z.string(),
      /** null where the client stays closed */
      reconnectAfterMs: z.int().nullable(),
    })
    .describe('the connection, before the server closes it with 1012, 1013, 4401, 4408 or 4429'),
} as const

export type EventName = keyof typeof events
export type EventData<E extends EventName> = z.output<(typeof events)[E]>
/** Any event, to be told apart by its `event`. */
export type ChatEvent = { [E in EventName]: { event: E; data: EventData<E> } }[EventName]
