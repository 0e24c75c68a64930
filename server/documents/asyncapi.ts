// GET /asyncapi.json: the protocol over WebSockets as an AsyncAPI 3 document, made from the tables that also validate it.
import type { z } from 'zod'
import { closeCodes } from '#rufer/shared/protocol/close-codes.ts'
import { errors } from '#rufer/shared/protocol/errors.ts'
import { events, type EventName } from '#rufer/shared/protocol/events.ts'
import { frameError } from '#rufer/shared/protocol/frame.ts'
import { limits } from '#rufer/shared/protocol/limits.ts'
import { methods, type Method } from '#rufer/shared/protocol/methods.ts'
import { eventExamples, methodExamples } from './examples.ts'
import { createSchemas, type Json } from './schemas.ts'
import { API_VERSION, SOCKET_RULES, SUBPROTOCOLS, UPGRADE_REFUSALS } from './words.ts'

interface AsyncApi {
  asyncapi: string
  components: { messages: Record<string, MessageObject>; [other: string]: unknown }
  [other: string]: unknown
}

/** The document, as a value that is written as JSON. */
export function makeAsyncApi(): AsyncApi {
  const { toSchema, named } = createSchemas()
  const messages = Object.fromEntries([
    ...METHODS.flatMap((method) => toRequestAndReply(method, toSchema)),
    ...EVENTS.map((event) => toEvent(event, toSchema)),
    ['error', toError(toSchema)],
  ])
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Rufer, the protocol over WebSockets',
      version: API_VERSION,
      description: SOCKET_RULES,
      license: { name: 'MIT' },
      externalDocs: { url: '/docs', description: 'The same for people' },
    },
    defaultContentType: 'application/json',
    servers: { rufer: SERVER },
    channels: { socket: toChannel(Object.keys(messages)) },
    operations: Object.fromEntries([
      ...METHODS.map((method) => [method, toCall(method)]),
      ...EVENTS.map((event) => [event, toNews(event)]),
    ]),
    components: { schemas: named, messages, securitySchemes: { token: TOKEN } },
    'x-error-codes': errors,
    'x-close-codes': Object.values(closeCodes),
    'x-limits': limits,
  }
}

// --- Internal helpers ---

interface MessageObject {
  payload: Json
  examples: { name: string; payload: unknown }[]
}

type ToSchema = (schema: z.ZodType) => Json

const METHODS = Object.keys(methods).filter((name): name is Method => Object.hasOwn(methods, name))
const EVENTS = Object.keys(events).filter((name): name is EventName => Object.hasOwn(events, name))
const CHANNEL = { $ref: '#/channels/socket' }

const SERVER = {
  host: '{host}',
  protocol: 'wss',
  variables: {
    host: {
      default: 'localhost:3000',
      description: 'where Rufer runs; `ws` there instead of `wss` without TLS',
    },
  },
  security: [{ $ref: '#/components/securitySchemes/token' }],
}

const TOKEN = { type: 'httpApiKey', in: 'header', name: 'Sec-WebSocket-Protocol', description: SUBPROTOCOLS }

function toChannel(names: string[]) {
  return {
    address: '/ws',
    description: SUBPROTOCOLS,
    messages: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
    bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } },
    'x-upgrade-refusals': UPGRADE_REFUSALS,
  }
}

function toRequestAndReply(method: Method, toSchema: ToSchema): [string, MessageObject][] {
  const { operation, params, result } = methods[method]
  const { params: asked, result: answered } = methodExamples[method]
  const name = { type: 'string', const: method }
  return [
    [
      `${method}.request`,
      {
        ...toMessage(`asks to ${operation}`, { id: ID, method: name, params: toSchema(params) }),
        examples: [{ name: 'request', payload: { id: 7, method, params: asked } }],
      },
    ],
    [
      `${method}.reply`,
      {
        ...toMessage(`answers ${method}`, { id: ID, result: toSchema(result) }),
        examples: [{ name: 'reply', payload: { id: 7, result: answered } }],
      },
    ],
  ]
}

function toEvent(event: EventName, toSchema: ToSchema): [string, MessageObject] {
  const name = { type: 'string', const: event }
  return [
    event,
    {
      ...toMessage(`to ${events[event].description ?? ''}`, { event: name, data: toSchema(events[event]) }),
      examples: [{ name: 'event', payload: { event, data: eventExamples[event] } }],
    },
  ]
}

function toError(toSchema: ToSchema): MessageObject {
  const { retryable, meaning } = errors['rate-limited']
  const error = {
    code: 'rate-limited',
    message: `unable to send message; ${meaning}`,
    retryable,
    retryAfterMs: 450,
  }
  return {
    ...toMessage('answers a request that was refused or failed', { id: ID, error: toSchema(frameError) }),
    examples: [{ name: 'error', payload: { id: 7, error } }],
  }
}

const ID = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'of the request' }

function toMessage(summary: string, properties: Record<string, unknown>) {
  const payload: Json = JSON.parse(
    JSON.stringify({ type: 'object', properties, required: Object.keys(properties) }),
  )
  return { summary, payload }
}

function toCall(method: Method) {
  const { operation, notes } = methods[method]
  const replies = [`${method}.reply`, 'error']
  return {
    action: 'receive',
    channel: CHANNEL,
    summary: operation,
    description: notes,
    messages: [{ $ref: `#/channels/socket/messages/${method}.request` }],
    reply: {
      channel: CHANNEL,
      messages: replies.map((name) => ({ $ref: `#/channels/socket/messages/${name}` })),
    },
  }
}

function toNews(event: EventName) {
  return {
    action: 'send',
    channel: CHANNEL,
    summary: `to ${events[event].description ?? ''}`,
    messages: [{ $ref: `#/channels/socket/messages/${event}` }],
  }
}
