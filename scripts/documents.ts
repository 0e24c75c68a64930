// The generated documents: what each file in docs/ must say, made from the tables that also validate.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { settings } from '#rufer/server/config.ts'
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
import {
  limits,
  PAGE_SIZE,
  SYNC_CONVERSATIONS,
  SYNC_ITEMS,
  WATCH_AT_ONCE,
  WATCHED,
} from '#rufer/shared/protocol/limits.ts'
import { methods } from '#rufer/shared/protocol/methods.ts'
import { toFields, toShape } from './shape.ts'

/** Path in the project → text, for every generated document. */
export function makeDocuments(): Record<string, string> {
  return {
    'docs/protocol.md': fill('protocol.md', {
      calls: callsTable(),
      nouns: nounsList(),
      methods: methodsTable(),
      events: toTable(
        ['event', 'data', 'to whom'],
        Object.entries(events).map(([name, schema]) => [
          code(name),
          code(toShape(schema, 'output')),
          schema.description ?? '',
        ]),
      ),
      errors: toTable(
        ['code', 'HTTP', 'retryable', 'meaning'],
        Object.entries(errors).map(([name, { status, retryable, meaning }]) => [
          code(name),
          status,
          retryable ? 'yes' : 'no',
          meaning,
        ]),
      ),
      closeCodes: toTable(
        ['code', 'meaning', 'the client'],
        Object.values(closeCodes).map(({ code: number, meaning, client }) => [
          number,
          meaning,
          client.replaceAll('-', ' '),
        ]),
      ),
      limits: limitsTable(),
      pageSize: PAGE_SIZE,
      syncConversations: SYNC_CONVERSATIONS,
      syncItems: SYNC_ITEMS,
      watchAtOnce: WATCH_AT_ONCE,
      watched: WATCHED.toLocaleString('en'),
    }),
    'docs/settings.md': fill('settings.md', { settings: settingsTable(), limits: limitsTable() }),
  }
}

// --- Internal helpers ---

type Cell = string | number

function fill(template: string, parts: Record<string, Cell>) {
  const text = readFileSync(join(import.meta.dirname, '../docs/templates', template), 'utf8')
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(parts[name] ?? ''))
}

function callsTable() {
  const rows = Object.entries(calls).map(([call, { key, body, answer }]) => [
    code(call),
    key ? 'yes' : 'no',
    body.type === 'undefined' ? '–' : code(toShape(body, 'input')),
    code(toShape(answer, 'output')),
  ])
  return toTable(['call', 'key', 'body', 'answer'], rows)
}

function nounsList() {
  const nouns: [string, z.ZodType][] = Object.entries({
    User: user,
    Presence: presence,
    Member: member,
    Message: message,
    Receipt: receipt,
    Conversation: conversation,
  })
  return nouns.map(([name, schema]) => `${name.padEnd(14)}${toFields(schema)}`).join('\n')
}

function methodsTable() {
  const rows = Object.entries(methods).map(([name, { params, result, notes }]) => [
    code(name),
    code(toShape(params, 'input')),
    code(toShape(result, 'output')),
    notes,
  ])
  return toTable(['method', 'params', 'result', 'notes'], rows)
}

function limitsTable() {
  const rows = Object.values(limits).map(({ meaning, standard, setting }) => [
    meaning,
    standard.toLocaleString('en'),
    code(setting),
  ])
  return toTable(['limit', 'default', 'setting'], rows)
}

function settingsTable() {
  const isLimit = new Set<string>(Object.values(limits).map(({ setting }) => setting))
  const standards: Record<string, unknown> = settings.parse({})
  const rows = Object.entries(z.toJSONSchema(settings, { io: 'input' }).properties ?? {}).flatMap(
    ([name, setting]) => {
      // what has no description is no choice: a setting that this version refuses
      const meaning = typeof setting === 'object' && !isLimit.has(name) ? setting.description : undefined
      return meaning === undefined ? [] : [[code(name), toDefault(standards[name]), meaning]]
    },
  )
  return toTable(['setting', 'default', 'meaning'], rows)
}

function toDefault(standard: unknown) {
  if (typeof standard === 'number') return standard.toLocaleString('en')
  return typeof standard === 'string' ? code(standard) : '–'
}

function toTable(head: string[], rows: Cell[][]) {
  const line = (cells: Cell[]) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function code(text: string) {
  return `\`${text}\``
}
