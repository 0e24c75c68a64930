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

/** `operation` completes the sentence "unable to …" of an error. */
export const methods = {
  'message.send': {
    operation: 'send message',
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
      }),
    result: z.object({ message, duplicate: z.boolean() }),
  },
  'message.list': {
    operation: 'list messages',
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
    params: z.strictObject({ userId }),
    result: z.object({ conversation }),
  },
  'conversation.list': {
    operation: 'list conversations',
    params: z.strictObject({ cursor: z.string().exactOptional(), limit: pageLimit }),
    result: z.object({ conversations: z.array(conversation), nextCursor: z.string().nullable() }),
  },
  'conversation.get': {
    operation: 'get conversation',
    params: inConversation,
    result: z.object({ conversation }),
  },
  'conversation.sync': {
    operation: 'sync conversations',
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
    params: z
      .strictObject({ conversationId, deliveredSeq: seq.exactOptional(), readSeq: seq.exactOptional() })
      .refine((params) => params.deliveredSeq !== undefined || params.readSeq !== undefined, {
        message: 'give deliveredSeq, readSeq or both',
        path: ['deliveredSeq'],
      }),
    result: z.object({ deliveredSeq: seq, readSeq: seq }),
  },
  'typing.start': { operation: 'start typing', params: inConversation, result: z.object({}) },
  'typing.stop': { operation: 'stop typing', params: inConversation, result: z.object({}) },
  'presence.watch': {
    operation: 'watch presence',
    params: z.strictObject({ userIds: z.array(userId).max(WATCH_AT_ONCE) }),
    result: z.object({ presences: z.array(presence) }),
  },
  'user.get': { operation: 'get user', params: z.strictObject({ userId }), result: z.object({ user }) },
  'session.ping': {
    operation: 'ping',
    params: z.strictObject({}),
    result: z.object({ serverTime: instant }),
  },
} as const

export type Method = keyof typeof methods
/** What a handler gets: validated, defaults filled in. */
export type Params<M extends Method> = z.output<(typeof methods)[M]['params']>
/** What a client gives. */
export type ParamsInput<M extends Method> = z.input<(typeof methods)[M]['params']>
export type Result<M extends Method> = z.output<(typeof methods)[M]['result']>
