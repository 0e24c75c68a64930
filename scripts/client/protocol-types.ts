// The protocol as types of TypeScript without zod, so that the package needs nothing.
import { toFields, toType } from '#rufer/server/documents/shape.ts'
import { nouns } from '#rufer/server/documents/tables.ts'
import { errors } from '#rufer/shared/protocol/errors.ts'
import { events } from '#rufer/shared/protocol/events.ts'
import { frameError, replyFrame } from '#rufer/shared/protocol/frame.ts'
import { methods } from '#rufer/shared/protocol/methods.ts'

/** The text of a declaration file. */
export function protocolTypes(): string {
  const interfaces = Object.entries(nouns).map(
    ([name, schema]) => `export interface ${name} ${toFields(schema)}\n`,
  )
  const rows = Object.entries(methods).map(
    ([name, { params, result }]) => `  '${name}': { params: ${toType(params)}, result: ${toType(result)} }\n`,
  )
  const data = Object.entries(events).map(([name, schema]) => `  '${name}': ${toType(schema)}\n`)
  const codes = Object.keys(errors).map((code) => `'${code}'`)
  return [
    WORDS,
    ...interfaces,
    `export interface Methods {\n${rows.join('')}}\n`,
    `export interface Events {\n${data.join('')}}\n`,
    `export type ErrorCode = ${codes.join(' | ')}\n`,
    `export type FrameError = ${toType(frameError)}\n`,
    `export type ReplyFrame = ${toType(replyFrame)}\n`,
    DERIVED,
  ].join('')
}

// --- Internal helpers ---

const WORDS = `// The protocol of Rufer, version 1.
type integer = number
/** 1–128 characters of A–Z a–z 0–9 . _ : @ -, beginning with a letter or digit */
export type UserId = string
/** a UUID in lower case, made by the sender */
export type MessageId = string
/** ISO 8601 in UTC with milliseconds */
export type Instant = string
`

const DERIVED = `/** What is wrong with one field. */
export interface Issue { path: string; message: string }
export interface RequestFrame { id: integer; method: string; params: { [key: string]: unknown } }
export type Method = keyof Methods
export type ParamsInput<M extends Method> = Methods[M]['params']
export type Result<M extends Method> = Methods[M]['result']
export type EventName = keyof Events
export type EventData<E extends EventName> = Events[E]
/** Any event, to be told apart by its \`event\`. */
export type ChatEvent = { [E in EventName]: { event: E; data: EventData<E> } }[EventName]
`
