// One request from its text to its reply: decode → limits → params → handler. The only catch of the socket side.
import type { z } from 'zod'
import type { Counters } from '#rufer/server/counters.ts'
import { reportFailure } from '#rufer/server/failures.ts'
import type { Handler, RequestContext } from '#rufer/server/handlers/context.ts'
import { handlers } from '#rufer/server/handlers/index.ts'
import type { Log } from '#rufer/server/log.ts'
import { withRequestId } from '#rufer/server/request-id.ts'
import { ChatError, errors } from '#rufer/shared/protocol/errors.ts'
import { methods, type Method, type Params } from '#rufer/shared/protocol/methods.ts'
import { toParamsError } from '#rufer/shared/protocol/issues.ts'
import type { Connection } from './connection.ts'
import { decodeRequest, type DecodedRequest } from './decode.ts'
import { encodeReply } from './encode.ts'

export interface DispatchDeps {
  toContext(connection: Connection): RequestContext
  counters: Counters
  log: Log
}

export type Dispatch = (connection: Connection, text: string) => Promise<void>

/** Answers every request exactly once, or ends the connection with 4400 where there is nothing to answer to. */
export function createDispatch(deps: DispatchDeps): Dispatch {
  return async (connection, text) => {
    const request = decodeRequest(text, connection.lastRequestId)
    if (!request) {
      deps.counters.dropped('protocol-violation')
      connection.end('violation')
      return
    }
    connection.lastRequestId = request.id
    await withRequestId(`${connection.id}/${request.id}`, () => reply(connection, request, deps))
  }
}

// --- Internal helpers ---

async function reply(connection: Connection, request: DecodedRequest, deps: DispatchDeps) {
  const { id, method } = request
  const beganAt = performance.now()
  let outcome = 'ok'
  try {
    limitRequest(connection, deps.counters)
    connection.send(encodeReply({ id, result: await answer(request, deps.toContext(connection)) }))
  } catch (error) {
    const frameError = toFrameError(error, request, deps)
    outcome = frameError.code
    connection.send(encodeReply({ id, error: frameError }))
    if (connection.requestLimit.isFlooding()) {
      deps.counters.dropped('flooding')
      connection.end('flooding')
    }
  }
  const ms = performance.now() - beganAt
  const known = method !== undefined && isMethod(method) ? method : 'unknown'
  deps.counters.answered(known, outcome, ms)
  deps.log.debug({ method: known, outcome, ms }, 'a request was answered')
}

function limitRequest({ requestLimit }: Connection, counters: Counters) {
  const retryAfterMs = requestLimit.take()
  if (retryAfterMs === 0) return
  counters.refused('requests-per-second')
  throw new ChatError('rate-limited', { retryAfterMs })
}

async function answer({ method, params }: DecodedRequest, context: RequestContext): Promise<object> {
  if (method === undefined || params === undefined) throw new ChatError('invalid-frame')
  if (!isMethod(method)) throw new ChatError('unknown-method')
  return run(method, params, context)
}

async function run<M extends Method>(method: M, given: unknown, context: RequestContext) {
  const { params } = table[method]
  const parsed = params.safeParse(given)
  if (!parsed.success) throw toParamsError(parsed.error.issues)
  const handler: Handler<M> = handlers[method]
  return handler(context, parsed.data)
}

/** The methods, typed so that a method's params are known to fit its handler. */
const table: { [M in Method]: { params: z.ZodType<Params<M>> } } = methods

function isMethod(method: string): method is Method {
  return Object.hasOwn(methods, method)
}

function toFrameError(thrown: unknown, { method }: DecodedRequest, deps: DispatchDeps) {
  reportFailure(thrown, deps, { what: 'unable to answer request', method })
  const { code, message, retryAfterMs, issues } = ChatError.from(thrown)
  const operation = method !== undefined && isMethod(method) ? methods[method].operation : 'answer request'
  return {
    code,
    message: `unable to ${operation}; ${message}`,
    retryable: errors[code].retryable,
    ...(retryAfterMs !== undefined && { retryAfterMs: Math.ceil(retryAfterMs) }),
    ...(issues && { issues }),
  }
}
