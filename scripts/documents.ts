// The generated documents: what each file in docs/ must say, made from the tables that also validate.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { toDocumentParts } from '#rufer/bench/report/document.ts'
import { readRecorded } from '#rufer/bench/report/record.ts'
import { settings } from '#rufer/server/config.ts'
import {
  callsTable,
  closeCodesTable,
  code,
  errorsTable,
  eventsTable,
  limitsTable,
  methodsTable,
  nounsList,
  type Cell,
  type Table,
} from '#rufer/server/documents/tables.ts'
import {
  limits,
  PAGE_SIZE,
  SYNC_CONVERSATIONS,
  SYNC_ITEMS,
  WATCH_AT_ONCE,
  WATCHED,
} from '#rufer/shared/protocol/limits.ts'

/** Path in the project → text, for every generated document. */
export function makeDocuments(): Record<string, string> {
  return {
    'docs/protocol.md': fill('protocol.md', {
      calls: toMarkdown(callsTable()),
      nouns: nounsList(),
      methods: toMarkdown(methodsTable()),
      events: toMarkdown(eventsTable()),
      errors: toMarkdown(errorsTable()),
      closeCodes: toMarkdown(closeCodesTable()),
      limits: toMarkdown(limitsTable()),
      pageSize: PAGE_SIZE,
      syncConversations: SYNC_CONVERSATIONS,
      syncItems: SYNC_ITEMS,
      watchAtOnce: WATCH_AT_ONCE,
      watched: WATCHED.toLocaleString('en'),
    }),
    'docs/performance.md': fill('performance.md', toDocumentParts(readRecorded())),
    'docs/settings.md': fill('settings.md', {
      settings: settingsTable(),
      limits: toMarkdown(limitsTable()),
    }),
  }
}

// --- Internal helpers ---

function fill(template: string, parts: Record<string, Cell>) {
  const text = readFileSync(join(import.meta.dirname, '../docs/templates', template), 'utf8')
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(parts[name] ?? ''))
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
  return toMarkdown({ head: ['setting', 'default', 'meaning'], rows })
}

function toDefault(standard: unknown) {
  if (typeof standard === 'number') return standard.toLocaleString('en')
  return typeof standard === 'string' ? code(standard) : '–'
}

function toMarkdown({ head, rows }: Table) {
  return [toLine(head), toLine(head.map(() => '---')), ...rows.map(toLine)].join('\n')
}

function toLine(cells: Cell[]) {
  return `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`
}
