// The table of HTTP calls with a body or an answer in JSON: what each takes and gives.
import { z } from 'zod'
import { instant } from '#rufer/shared/model/instant.ts'
import { user, userId } from '#rufer/shared/model/user.ts'
import { methods } from './methods.ts'

export const ofUser = z.strictObject({ userId })
const noBody = z.undefined()
const send = methods['message.send']
const token = z.object({ token: z.string(), expiresAt: instant })

/** `operation` completes the sentence "unable to …" of an error; `key`: whether the secret key is needed. */
export const calls = {
  'POST /api/users/register': {
    operation: 'register user',
    key: true,
    body: z.strictObject(user.shape),
    answer: user,
  },
  'POST /api/users/session-token': {
    operation: 'issue session token',
    key: true,
    body: ofUser,
    answer: token,
  },
  'GET /api/users/:userId/online': {
    operation: 'get presence',
    key: true,
    body: noBody,
    answer: z.object({ userId, isOnline: z.boolean(), lastSeenAt: instant.nullable() }),
  },
  'DELETE /api/users/:userId/sessions': {
    operation: 'end sessions',
    key: true,
    body: noBody,
    answer: z.object({ closed: z.int() }),
  },
  'POST /api/users/sign-in-link': {
    operation: 'make sign-in link',
    key: true,
    body: ofUser,
    answer: z.object({ url: z.url(), expiresAt: instant }),
  },
  /** as `message.send`, for a bot or whomever the back end speaks for; without the rate of one user */
  'POST /api/messages': {
    operation: 'send message',
    key: true,
    body: send.params.safeExtend({ senderId: userId }),
    answer: send.result,
  },
  /** `userId` is needed in demo mode only; otherwise it is the browser session's */
  'POST /api/session-token': {
    operation: 'issue session token',
    key: false,
    body: z.strictObject({ userId: userId.exactOptional() }),
    answer: token,
  },
  'POST /api/sign-out': { operation: 'sign out', key: false, body: noBody, answer: z.object({}) },
  'GET /health': {
    operation: 'report health',
    key: false,
    body: noBody,
    answer: z.object({ status: z.literal('ok') }),
  },
  'GET /ready': {
    operation: 'report readiness',
    key: false,
    body: noBody,
    answer: z.union([
      z.object({ status: z.literal('ready'), store: z.enum(['sqlite', 'mongodb']), feedLagMs: z.number() }),
      z.object({ status: z.literal('not-ready'), reasons: z.array(z.enum(['store', 'feed', 'draining'])) }),
    ]),
  },
} as const

export type Call = keyof typeof calls
/** What a call gets: validated; undefined where it has no body. */
export type Body<C extends Call> = z.output<(typeof calls)[C]['body']>
export type Answer<C extends Call> = z.output<(typeof calls)[C]['answer']>
