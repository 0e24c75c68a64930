// Changes: what the feed carries, written in the transaction of the state that it tells of.
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { Change } from '../port.ts'
import type { Database } from './database.ts'
import { takePage } from '../page.ts'
import { inBytes } from './sql.ts'

/** What is read at once is told at once, so long changes make a page shorter. */
const PAGE = { limit: 200, maxBytes: 262_144 }
const PRUNED_AT_ONCE = 1_000

export interface StoredChange {
  id: number
  change: Change
}

export function appendChange(database: Database, change: Change): void {
  database.run('INSERT INTO changes (at, payload) VALUES (:at, :payload)', {
    at: change.at,
    payload: JSON.stringify(change),
  })
}

/** The place of the last change in the feed; 0 before the first. */
export function lastChangeId(database: Database): number {
  return database.get('SELECT coalesce(max(id), 0) AS id FROM changes')?.number('id') ?? 0
}

/** The next changes after a place in the feed, and whether there are more. */
export function listChanges(
  database: Database,
  after: number,
): { changes: StoredChange[]; hasMore: boolean } {
  const rows = database
    .each(`SELECT id, ${inBytes('payload')} AS text FROM changes WHERE id > :after ORDER BY id`, { after })
    .map((row) => ({ id: row.number('id'), text: row.textInBytes('text') }))
  const { items, hasMore } = takePage(rows, PAGE)
  return { changes: items.map(({ id, text }) => ({ id, change: decode(text) })), hasMore }
}

/**
 * Forgets some from the start of the feed that were made before an instant, up to a place; tells whether it forgot as
 * many as it would at once. An instant that a turned clock put among older ones goes with those behind it.
 */
export function pruneChanges(
  database: Database,
  { before, through }: { before: Instant; through: number },
): boolean {
  const pruned = database.run(
    `DELETE FROM changes WHERE id <= (
       SELECT max(id) FROM (SELECT id, at FROM changes WHERE id <= :through ORDER BY id LIMIT :most) WHERE at < :before
     )`,
    { before, through, most: PRUNED_AT_ONCE },
  )
  return pruned === PRUNED_AT_ONCE
}

function decode(payload: string): Change {
  return JSON.parse(payload)
}
