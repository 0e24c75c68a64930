// The tables of the documents: of every call, request, event, code and limit, made from what also validates them.
import type { z } from 'zod'
import { conversation } from '#rufer/shared/model/conversation.ts'
import { member } from '#rufer/shared/model/member.ts'
import { message } from '#rufer/shared/model/message.ts'
import { presence } from '#rufer/shared/model/presence.ts'
import { receipt } from '#rufer/shared/model/receipt.ts'
import { user } from '#rufer/shared/model/user.ts'
import { closeCodes } from '#rufer/shared/protocol/close-codes.ts'
import { errors } from '#rufer/shared/protocol/errors.ts'
import { events } from '#rufer/shared/protocol/events.ts'
import { calls } from '#rufer/shared/protocol/http.ts'
import { limits } from '#rufer/shared/protocol/limits.ts'
import { methods } from '#rufer/shared/protocol/methods.ts'
import { toFields, toShape } from './shape.ts'

export type Cell = string | number
/** What stands between backticks in a cell is code. */
export interface Table {
  head: string[]
  rows: Cell[][]
}

/** What is talked about, by name. */
export const nouns: Record<string, z.ZodType> = {
  User: user,
  Presence: presence,
  Member: member,
  Message: message,
  Receipt: receipt,
  Conversation: conversation,
}

/** The HTTP calls. */
export function callsTable(): Table {
  const rows = Object.entries(calls).map(([call, { key, body, answer, notes }]) => [
    code(call),
    key ? 'yes' : 'no',
    body.type === 'undefined' ? '–' : code(toShape(body, 'input')),
    code(toShape(answer, 'output')),
    notes,
  ])
  return { head: ['call', 'key', 'body', 'answer', 'notes'], rows }
}

/** The nouns, a line each. */
export function nounsList(): string {
  return Object.entries(nouns)
    .map(([name, schema]) => `${name.padEnd(14)}${toFields(schema)}`)
    .join('\n')
}

/** The requests over a socket. */
export function methodsTable(): Table {
  const rows = Object.entries(methods).map(([name, { params, result, notes }]) => [
    code(name),
    code(toShape(params, 'input')),
    code(toShape(result, 'output')),
    notes,
  ])
  return { head: ['method', 'params', 'result', 'notes'], rows }
}

/** What the server tells. */
export function eventsTable(): Table {
  const rows = Object.entries(events).map(([name, schema]) => [
    code(name),
    code(toShape(schema, 'output')),
    schema.description ?? '',
  ])
  return { head: ['event', 'data', 'to whom'], rows }
}

/** The codes of refusals and failures. */
export function errorsTable(): Table {
  const rows = Object.entries(errors).map(([name, { status, retryable, meaning }]) => [
    code(name),
    status,
    retryable ? 'yes' : 'no',
    meaning,
  ])
  return { head: ['code', 'HTTP', 'retryable', 'meaning'], rows }
}

/** Why a socket was closed, and what its client does then. */
export function closeCodesTable(): Table {
  const rows = Object.values(closeCodes).map(({ code: number, meaning, client }) => [
    number,
    meaning,
    client.replaceAll('-', ' '),
  ])
  return { head: ['code', 'meaning', 'the client'], rows }
}

/** The limits that are settings. */
export function limitsTable(): Table {
  const rows = Object.values(limits).map(({ meaning, standard, setting }) => [
    meaning,
    standard.toLocaleString('en'),
    code(setting),
  ])
  return { head: ['limit', 'default', 'setting'], rows }
}

/** A text as code. */
export function code(text: string): string {
  return `\`${text}\``
}
