// One HTTP call of the API, from its headers to its answer: key → body → schema → run. The one error hook of HTTP.
import {
  defineEventHandler,
  getResponseStatus,
  getRouterParam,
  setResponseHeader,
  setResponseStatus,
  type EventHandler,
  type H3Event,
} from 'h3'
import { useNitroApp } from 'nitropack/runtime'
import { z } from 'zod'
import { reportFailure } from '#rufer/server/failures.ts'
import { reportRefusal } from '#rufer/server/refusals.ts'
import { requestIdOf, withRequestId } from '#rufer/server/request-id.ts'
import type { Rufer } from '#rufer/server/rufer.ts'
import { ChatError, errors } from '#rufer/shared/protocol/errors.ts'
import { calls, ofMessage, ofUser, type Answer, type Body, type Call } from '#rufer/shared/protocol/http.ts'
import { toParamsError } from '#rufer/shared/protocol/issues.ts'
import { ClientGone, readJson } from './body.ts'
import { requireKey } from './key.ts'
import { requireOwnOrigin } from './origin.ts'

export interface CallInput<C extends Call> {
  event: H3Event
  rufer: Rufer
  body: Body<C>
}

/** An event handler that answers one call of the table, or with the error of whatever was thrown. */
export function defineCall<C extends Call>(
  call: C,
  run: (input: CallInput<C>) => Promise<Answer<C>>,
): EventHandler {
  return defineEventHandler(async (event) => {
    setResponseHeader(event, 'Cache-Control', 'no-store')
    return metered(event, call, async () => {
      try {
        return await answer(event, call, run)
      } catch (error) {
        return toErrorAnswer(event, { thrown: error, operation: calls[call].operation })
      }
    })
  })
}

/** Runs a call under the id of its request, and counts what it was answered with. */
export async function metered<Result>(
  event: H3Event,
  call: Call,
  run: () => Promise<Result>,
): Promise<Result> {
  const { counters, log } = useNitroApp().rufer
  const beganAt = performance.now()
  return withRequestId(requestIdOf(event.node.req), async () => {
    const answered = await run()
    const [status, ms] = [getResponseStatus(event), performance.now() - beganAt]
    counters.called(call, status, ms)
    log.debug({ call, status, ms }, 'a call was answered')
    return answered
  })
}

/** What a call brings, once it may be answered. @throws ChatError */
export async function takeCall<C extends Call>(event: H3Event, call: C): Promise<CallInput<C>> {
  const { rufer: process } = useNitroApp()
  if (calls[call].key) requireKey(event.node.req, process)
  else requireOwnOrigin(event.node.req, process.config)
  const rufer = process.current()
  return { event, rufer, body: await readBody(event, call) }
}

/** The message id of a path. @throws ChatError `invalid-params` */
export function messageIdOf(event: H3Event): string {
  const parsed = ofMessage.safeParse({ id: getRouterParam(event, 'id', { decode: true }) })
  if (parsed.success) return parsed.data.id
  throw toParamsError(parsed.error.issues)
}

/** The user id of a path. @throws ChatError `invalid-params` */
export function userIdOf(event: H3Event): string {
  const parsed = ofUser.safeParse({ userId: getRouterParam(event, 'userId', { decode: true }) })
  if (parsed.success) return parsed.data.userId
  throw toParamsError(parsed.error.issues)
}

/** Sets the status and headers of an error and gives its body; null where nobody is left to read it. */
export function toErrorAnswer(event: H3Event, { thrown, operation }: { thrown: unknown; operation: string }) {
  const { rufer: process } = useNitroApp()
  if (thrown instanceof ClientGone) {
    process.counters.dropped('aborted-call')
    return null
  }
  reportFailure(thrown, process, { what: 'unable to answer call', operation })
  const { code, message, retryAfterMs, issues } = ChatError.from(thrown)
  // a missing or wrong key was told of where it was looked at
  if (code !== 'unauthorized') reportRefusal(thrown, process, { request: event.node.req, operation })
  setResponseStatus(event, errors[code].status)
  if (retryAfterMs !== undefined) setResponseHeader(event, 'Retry-After', Math.ceil(retryAfterMs / 1000))
  return { error: { code, message: `unable to ${operation}; ${message}`, ...(issues && { issues }) } }
}

// --- Internal helpers ---

async function answer<C extends Call>(
  event: H3Event,
  call: C,
  run: (input: CallInput<C>) => Promise<Answer<C>>,
) {
  const input = await takeCall(event, call)
  useNitroApp().rufer.track(event.node.res)
  return run(input)
}

async function readBody<C extends Call>(event: H3Event, call: C): Promise<Body<C>> {
  const { body: schema } = table[call]
  const parsed = schema.safeParse(
    schema instanceof z.ZodUndefined ? undefined : await readJson(event.node.req),
  )
  if (!parsed.success) throw toParamsError(parsed.error.issues)
  return parsed.data
}

/** The calls, typed so that a call's body is known to fit its run. */
const table: { [C in Call]: { body: z.ZodType<Body<C>> } } = calls
