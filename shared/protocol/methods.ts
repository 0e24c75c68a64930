// The table of requests: method → what it is for, its params and its result. Both ends are typed from it.
import { z } from 'zod'
import { conversation } from '#rufer/shared/model/conversation.ts'
import { instant } from '#rufer/shared/model/instant.ts'
import { message, messageId, messageText } from '#rufer/shared/model/message.ts'
import { presence } from '#rufer/shared/model/presence.ts'
import { receipt } from '#rufer/shared/model/receipt.ts'
import { user, userId } from '#rufer/shared/model/user.ts'
import { PAGE_SIZE, SYNC_CONVERSATIONS, SYNC_ITEMS, WATCH_AT_ONCE } from './limits.ts'

const seq = z.int().min(0)
const pageLimit = z.int().min(1).max(PAGE_SIZE).default(50)
/** Any string that is no conversation is simply not found, so nothing is asked of its form. */
const conversationId = z.string()
const inConversation = z.strictObject({ conversationId })

/** `operation` completes the sentence "unable to …" of an error; `notes` are for the documents. */
export const methods = {
  'message.send': {
    operation: 'send message',
    notes:
      'Answered once the message is durable. `userId` opens the direct conversation on the way. Same sender, id and target: the stored message comes back with `duplicate: true`, for ever and whatever valid text comes with it, at no cost to the rate; the same id otherwise is `id-conflict`. Sending reads what came before.',
    params: z
      .strictObject({
        id: messageId,
        conversationId: conversationId.exactOptional(),
        userId: userId.exactOptional(),
        text: messageText,
      })
      .refine((params) => (params.conversationId === undefined) !== (params.userId === undefined), {
        message: 'give either conversationId or userId',
        path: ['conversationId'],
      })
      .meta(toEither('conversationId', 'userId')),
    result: z.object({ message, duplicate: z.boolean() }),
  },
  'message.list': {
    operation: 'list messages',
    notes:
      'Ascending by `seq`; bounds are exclusive, and without one it is the newest page. A page that would not fit into a reply ends early with `hasMore`.',
    params: z
      .strictObject({
        conversationId,
        beforeSeq: seq.exactOptional(),
        afterSeq: seq.exactOptional(),
        limit: pageLimit,
      })
      .refine((params) => params.beforeSeq === undefined || params.afterSeq === undefined, {
        message: 'give beforeSeq or afterSeq, not both',
        path: ['beforeSeq'],
      }),
    result: z.object({ messages: z.array(message), hasMore: z.boolean() }),
  },
  'conversation.open': {
    operation: 'open conversation',
    notes: 'The direct conversation with that user, made if there is none. Oneself is `invalid-params`.',
    params: z.strictObject({ userId }),
    result: z.object({ conversation }),
  },
  'conversation.list': {
    operation: 'list conversations',
    notes: 'Newest `updatedAt` first, ties by id ascending; `nextCursor` is null at the end.',
    params: z.strictObject({ cursor: z.string().exactOptional(), limit: pageLimit }),
    result: z.object({ conversations: z.array(conversation), nextCursor: z.string().nullable() }),
  },
  'conversation.get': {
    operation: 'get conversation',
    notes: '',
    params: inConversation,
    result: z.object({ conversation }),
  },
  'conversation.sync': {
    operation: 'sync conversations',
    notes:
      "What changed since those revs, of any age: new and edited messages and every receipt since, by `rev` ascending. While `hasMore`, ask again with the highest rev of the page, else keep `conversation.rev`. Conversations that did not change, are unknown or not one's own are left out; those that did not fit into the reply are named in `remaining`: ask again for them with the same revs.",
    params: z.strictObject({
      revs: z
        .record(z.string(), z.int().min(0))
        .refine(
          (revs) => Object.keys(revs).length <= SYNC_CONVERSATIONS,
          `at most ${SYNC_CONVERSATIONS} conversations at once`,
        ),
      limit: z.int().min(1).max(SYNC_ITEMS).default(SYNC_ITEMS),
    }),
    result: z.object({
      conversations: z.array(
        z.object({
          conversation,
          messages: z.array(message),
          receipts: z.array(receipt),
          hasMore: z.boolean(),
        }),
      ),
      remaining: z.array(z.string()).exactOptional(),
    }),
  },
  'receipt.update': {
    operation: 'update receipt',
    notes:
      "Up-to markers, one at least. They only move forward, `readSeq` lifts `deliveredSeq`, both are capped at the conversation's `seq`; a lower value is no error and no event.",
    params: z
      .strictObject({ conversationId, deliveredSeq: seq.exactOptional(), readSeq: seq.exactOptional() })
      .refine((params) => params.deliveredSeq !== undefined || params.readSeq !== undefined, {
        message: 'give deliveredSeq, readSeq or both',
        path: ['deliveredSeq'],
      }),
    result: z.object({ deliveredSeq: seq, readSeq: seq }),
  },
  'typing.start': {
    operation: 'start typing',
    notes:
      'A user types while any of their connections does. Relayed once a second; ends by itself 3 s after the last start. Clients say it again every 2 s.',
    params: inConversation,
    result: z.object({}),
  },
  'typing.stop': { operation: 'stop typing', notes: '', params: inConversation, result: z.object({}) },
  'presence.watch': {
    operation: 'watch presence',
    notes:
      'Presence now, and `presence.changed` from now on, of users one shares a conversation with; others are silently absent. The members of conversations listed, fetched, opened or learned by an event are watched without asking.',
    params: z.strictObject({
      userIds: z
        .array(userId)
        // not `max`: that looks at what is no array, too, and breaks on a length that is no number
        .refine((userIds) => userIds.length <= WATCH_AT_ONCE, `at most ${WATCH_AT_ONCE} users at once`),
    }),
    result: z.object({ presences: z.array(presence) }),
  },
  'user.get': {
    operation: 'get user',
    notes: 'Any registered user.',
    params: z.strictObject({ userId }),
    result: z.object({ user }),
  },
  'session.ping': {
    operation: 'ping',
    notes: '',
    params: z.strictObject({}),
    result: z.object({ serverTime: instant }),
  },
} as const

/** For JSON Schema: one of the fields is given, and only one. */
export function toEither(...fields: string[]): { oneOf: { required: string[] }[] } {
  return { oneOf: fields.map((field) => ({ required: [field] })) }
}

export type Method = keyof typeof methods
/** What a handler gets: validated, defaults filled in. */
export type Params<M extends Method> = z.output<(typeof methods)[M]['params']>
/** What a client gives. */
export type ParamsInput<M extends Method> = z.input<(typeof methods)[M]['params']>
export type Result<M extends Method> = z.output<(typeof methods)[M]['result']>
