// GET /openapi.json: the HTTP calls as an OpenAPI 3.1 document, made from the table that also validates them.
import { z } from 'zod'
import { messageId } from '#rufer/shared/model/message.ts'
import { userId } from '#rufer/shared/model/user.ts'
import { errors, type ErrorCode } from '#rufer/shared/protocol/errors.ts'
import { calls, errorAnswer, type Call, type CallRow } from '#rufer/shared/protocol/http.ts'
import { callExamples } from './examples.ts'
import { createSchemas, type Json } from './schemas.ts'
import { API_VERSION, HTTP_RULES } from './words.ts'

interface OpenApi {
  openapi: string
  paths: Record<string, Record<string, unknown>>
  [other: string]: unknown
}

/** The document, as a value that is written as JSON. */
export function makeOpenApi(): OpenApi {
  const { toSchema, named } = createSchemas()
  const paths: Record<string, Record<string, unknown>> = {}
  for (const call of CALLS) {
    const [method, path] = parts(call)
    paths[path] = { ...paths[path], [method.toLowerCase()]: toOperation(call, toSchema) }
  }
  toSchema(errorAnswer)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rufer, the HTTP API',
      version: API_VERSION,
      description: HTTP_RULES,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: named,
      securitySchemes: { secretKey: { type: 'apiKey', in: 'header', name: 'x-rufer-secret-key' } },
    },
    externalDocs: { url: '/docs', description: 'The same for people, with the protocol over WebSockets' },
  }
}

/** What a call may be refused with. */
export function errorsOf(call: Call): ErrorCode[] {
  const { key, body, errors: own } = calls[call]
  const isApi = call.includes(' /api/')
  const codes: ErrorCode[] = [
    ...own,
    ...(body instanceof z.ZodUndefined ? [] : OF_BODIES),
    ...(key ? OF_KEYS : []),
    ...(isApi && !key ? OF_PAGES : []),
    ...(isApi ? OF_ALL : []),
  ]
  return [...new Set(codes)]
}

// --- Internal helpers ---

const CALLS = Object.keys(calls).filter((call): call is Call => Object.hasOwn(calls, call))
const OF_BODIES: ErrorCode[] = ['invalid-params', 'body-too-large', 'unsupported-media-type']
const OF_KEYS: ErrorCode[] = ['unauthorized', 'rate-limited']
const OF_PAGES: ErrorCode[] = ['origin-refused']
const OF_ALL: ErrorCode[] = ['store-unavailable', 'draining', 'internal']

const JSON_TYPE = 'application/json'
const TAGS = {
  'back end': 'What your back end calls, with the secret key',
  'chat page': 'What the reference chat page calls',
  operation: 'What those call who keep the process running',
}

function parts(call: Call): [method: string, path: string] {
  const [method = '', path = ''] = call.split(' ')
  return [method, path.replace(/:(\w+)/g, '{$1}')]
}

function toOperation(call: Call, toSchema: (schema: z.ZodType) => Json) {
  const { operation, key, notes, body } = calls[call]
  const isApi = call.includes(' /api/')
  const parameters = [...ofPath(call, toSchema), ...ofQuery(call, toSchema)]
  return {
    operationId: toName(call),
    summary: operation.charAt(0).toUpperCase() + operation.slice(1),
    description: notes,
    tags: [key ? 'back end' : isApi ? 'chat page' : 'operation'],
    security: key ? [{ secretKey: [] }] : [],
    ...(parameters.length > 0 && { parameters }),
    ...(!(body instanceof z.ZodUndefined) && {
      requestBody: {
        required: true,
        content: { [JSON_TYPE]: toContent(toSchema(body), callExamples[call].body) },
      },
    }),
    responses: { ...toAnswers(call, toSchema), ...toRefusals(call) },
  }
}

/** Of each parameter of a path its schema, and what it may be. */
const IN_PATHS: Record<string, { of: z.ZodType; example: string }> = {
  userId: { of: userId, example: 'bob' },
  id: { of: messageId, example: callExamples['POST /api/messages'].body.id },
}

function ofPath(call: Call, toSchema: (schema: z.ZodType) => Json) {
  return Object.entries(IN_PATHS).flatMap(([name, { of, example }]) =>
    call.split('/').includes(`:${name}`)
      ? [{ name, in: 'path', required: true, schema: toSchema(of), example }]
      : [],
  )
}

function ofQuery(call: Call, toSchema: (schema: z.ZodType) => Json) {
  const row: CallRow = calls[call]
  return Object.entries(row.query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: toSchema(schema),
  }))
}

/** `POST /api/users/session-token` as `postUsersSessionToken` */
function toName(call: Call) {
  const [method = '', ...words] = call.replace('/api/', '/').split(/[^A-Za-z]+/)
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

function toAnswers(call: Call, toSchema: (schema: z.ZodType) => Json) {
  const { answer, ...row } = calls[call]
  const statuses: readonly number[] = 'statuses' in row ? row.statuses : [200]
  // a union is of one answer a status, in this order
  const isOneEach = answer instanceof z.ZodUnion && statuses.length === answer.options.length
  const shapes = isOneEach ? answer.options : statuses.map(() => answer)
  const mediaType = 'mediaType' in row ? row.mediaType : JSON_TYPE
  return Object.fromEntries(
    statuses.map((status, at) => {
      const shape: z.ZodType = shapes[at] ?? answer
      const { answer: example } = callExamples[call]
      const fits = shape.safeParse(example).success
      return [
        status,
        {
          description: status < 300 ? 'Done' : 'Not ready',
          content: { [mediaType]: toContent(toSchema(shape), fits ? example : undefined) },
        },
      ]
    }),
  )
}

/** One answer a status, whose codes it may carry. */
function toRefusals(call: Call) {
  const byStatus = Map.groupBy(errorsOf(call), (code) => errors[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${errors[code].meaning}`).join('; '),
        ...(status === 429 && {
          headers: { 'Retry-After': { description: 'seconds', schema: { type: 'integer' } } },
        }),
        content: {
          [JSON_TYPE]: {
            schema: { $ref: '#/components/schemas/Error' },
            examples: Object.fromEntries(codes.map((code) => [code, { value: toExample(call, code) }])),
          },
        },
      },
    ]),
  )
}

function toExample(call: Call, code: ErrorCode) {
  return { error: { code, message: `unable to ${calls[call].operation}; ${errors[code].meaning}` } }
}

function toContent(schema: Json, example: unknown) {
  return { schema, ...(example !== undefined && { example }) }
}
