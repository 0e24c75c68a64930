// The table of HTTP calls with a body or an answer in JSON: what each takes and gives.
import { z } from 'zod'
import { instant } from '#rufer/shared/model/instant.ts'
import { messageId } from '#rufer/shared/model/message.ts'
import { user, userId } from '#rufer/shared/model/user.ts'
import type { ErrorCode } from './errors.ts'
import { exportLine } from './export.ts'
import { frameError } from './frame.ts'
import { methods, toEither } from './methods.ts'
import { deadLetter, letterIds } from './webhooks.ts'

export const ofUser = z.strictObject({ userId })
export const ofMessage = z.strictObject({ id: messageId })
/** The place behind which something goes on, as an earlier answer gave it. */
export const afterQuery = z.strictObject({ after: z.string().exactOptional() })
const noBody = z.undefined()
const send = methods['message.send']
const token = z.object({ token: z.string(), expiresAt: instant })

/** The answer to a call that was refused or failed. */
export const errorAnswer = z
  .object({ error: frameError.pick({ code: true, message: true, issues: true }) })
  .meta({ id: 'Error' })

export interface CallRow {
  /** completes the sentence "unable to …" of an error */
  operation: string
  /** whether the secret key is needed */
  key: boolean
  /** behind the path */
  query?: z.ZodObject
  body: z.ZodType
  answer: z.ZodType
  /** of the answer; JSON unless told */
  mediaType?: string
  /** of the answer; 200 unless told */
  statuses?: readonly number[]
  /** its own, besides those that any such call may have */
  errors: readonly ErrorCode[]
  notes: string
}

export const calls = {
  'POST /api/users/register': {
    operation: 'register user',
    key: true,
    body: z.strictObject(user.shape),
    answer: user,
    statuses: [201, 200],
    errors: ['user-erased'],
    notes: 'Again it updates the profile (200); a left-out `avatarUrl` removes it.',
  },
  'POST /api/users/session-token': {
    operation: 'issue session token',
    key: true,
    body: ofUser,
    answer: token,
    errors: ['user-not-found', 'rate-limited'],
    notes: 'The token opens one connection of the user, once.',
  },
  'GET /api/users/:userId/online': {
    operation: 'get presence',
    key: true,
    body: noBody,
    answer: z.object({ userId, isOnline: z.boolean(), lastSeenAt: instant.nullable() }),
    errors: ['invalid-params', 'user-not-found'],
    notes: 'Whether the user has a connection anywhere, and when the last one ended.',
  },
  'GET /api/users/:userId/export': {
    operation: 'export user',
    key: true,
    query: afterQuery,
    body: noBody,
    answer: exportLine,
    mediaType: 'application/x-ndjson',
    errors: ['invalid-params', 'user-not-found'],
    notes:
      'A stream of lines, each one of these shapes: all that is kept of the user. It is whole once its `end` has come; with `?after=` the `after` of a line it goes on behind that one.',
  },
  'DELETE /api/users/:userId': {
    operation: 'erase user',
    key: true,
    body: noBody,
    answer: z.object({ userId, messages: z.int() }),
    errors: ['invalid-params', 'user-not-found', 'draining'],
    notes:
      'Erases a user for good: the name becomes `Deleted user`, the picture goes, the texts of all messages are emptied and told as `message.updated`, sessions end, and the id is never given out again. Answers with how many messages once all is done, however long that takes; it goes on by itself where the call is cut off, and may be repeated.',
  },
  'DELETE /api/users/:userId/sessions': {
    operation: 'end sessions',
    key: true,
    body: noBody,
    answer: z.object({ closed: z.int() }),
    errors: ['invalid-params', 'user-not-found'],
    notes:
      'Closes every connection of the user (4401) over all processes; every token, sign-in link and browser session is void.',
  },
  'POST /api/users/sign-in-link': {
    operation: 'make sign-in link',
    key: true,
    body: ofUser,
    answer: z.object({ url: z.url(), expiresAt: instant }),
    errors: ['user-not-found'],
    notes: 'Opening the url once signs the browser in that opens it.',
  },
  'POST /api/messages': {
    operation: 'send message',
    key: true,
    body: send.params.safeExtend({ senderId: userId }).meta(toEither('conversationId', 'userId')),
    answer: send.result,
    errors: ['text-too-long', 'id-conflict', 'conversation-not-found', 'user-not-found'],
    notes: 'As `message.send`, for a bot or whomever the back end speaks for; without the rate of one user.',
  },
  'GET /api/messages/:id/trace': {
    operation: 'trace message',
    key: true,
    body: noBody,
    answer: z.object({
      id: messageId,
      conversationId: z.string(),
      seq: z.int(),
      acceptedAt: instant.nullable(),
      committedAt: instant.nullable(),
      fedAt: instant.nullable(),
      sentTo: z.int().nullable(),
      deliveredAt: instant.nullable(),
      readAt: instant.nullable(),
    }),
    errors: ['invalid-params', 'not-found'],
    notes:
      'What became of a message, step by step: its request came, it was durable, the change feed gave it, it was sent to so many connections; delivered and read. The steps before those two are of the process that is asked, which knows its last 10,000 messages; null is what it did not see.',
  },
  'GET /api/webhooks/dead-letters': {
    operation: 'list dead letters',
    key: true,
    query: afterQuery,
    body: noBody,
    answer: z.object({ letters: z.array(deadLetter), after: z.string().nullable() }),
    errors: ['invalid-params'],
    notes:
      'Webhooks that nobody took for a day, the oldest first; with `?after=` the `after` of a page comes the next one, until it is null.',
  },
  'POST /api/webhooks/dead-letters/replay': {
    operation: 'replay dead letters',
    key: true,
    body: letterIds,
    answer: z.object({ count: z.int() }),
    errors: [],
    notes: 'Has those among the ids that are dead letters sent anew.',
  },
  'POST /api/webhooks/dead-letters/drop': {
    operation: 'drop dead letters',
    key: true,
    body: letterIds,
    answer: z.object({ count: z.int() }),
    errors: [],
    notes: 'Forgets those among the ids that are dead letters.',
  },
  'POST /api/session-token': {
    operation: 'issue session token',
    key: false,
    body: z.strictObject({ userId: userId.exactOptional() }),
    answer: token,
    errors: ['sign-in-required', 'user-not-found', 'rate-limited'],
    notes:
      'For the chat page: acts for the browser session of the cookie; `userId` is needed in demo mode only.',
  },
  'POST /api/sign-out': {
    operation: 'sign out',
    key: false,
    body: noBody,
    answer: z.object({}),
    errors: [],
    notes: 'Ends the browser session of the cookie, and the connections opened with its tokens.',
  },
  'GET /health': {
    operation: 'report health',
    key: false,
    body: noBody,
    answer: z.object({ status: z.literal('ok') }),
    errors: [],
    notes: 'While the process serves.',
  },
  'GET /ready': {
    operation: 'report readiness',
    key: false,
    body: noBody,
    answer: z.union([
      z.object({ status: z.literal('ready'), store: z.enum(['sqlite', 'mongodb']), feedLagMs: z.number() }),
      z.object({ status: z.literal('not-ready'), reasons: z.array(z.enum(['store', 'feed', 'draining'])) }),
    ]),
    statuses: [200, 503],
    errors: [],
    notes: 'Whether this process should be sent clients: 503 where not.',
  },
} as const satisfies Record<string, CallRow>

export type Call = keyof typeof calls
/** What a call gets: validated; undefined where it has no body. */
export type Body<C extends Call> = z.output<(typeof calls)[C]['body']>
export type Answer<C extends Call> = z.output<(typeof calls)[C]['answer']>
