// The only place on this thread that knows node:sqlite: one connection, its pragmas, its prepared statements.
import { chmodSync, existsSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { Row } from './row.ts'

type SqlValue = string | number | null
type SqlValues = Record<string, SqlValue>

export interface Database {
  readonly path: string
  readonly isOpen: boolean
  readonly isTransaction: boolean
  /** Runs statements that take nothing and give nothing. */
  exec(sql: string): void
  /** Every row of a statement; its `:names` are the keys of `values`. */
  all(sql: string, values?: SqlValues): Row[]
  /** The same, read one by one, for as long as they are asked for; to be gone through at once. */
  each(sql: string, values?: SqlValues): IteratorObject<Row>
  /** The first row of a statement. */
  get(sql: string, values?: SqlValues): Row | undefined
  /** How many rows a statement changed. */
  run(sql: string, values?: SqlValues): number
  close(): void
}

/** How long a call waits for another connection's lock. The wait stops the event loop, hence so short. */
const LOCK_WAIT_MS = 100

/**
 * Opens a connection.
 *
 * Every statement is prepared at its first use and kept, so its text must be constant: what varies is a value, and a
 * list of values is one text that `json_each` reads.
 */
export function openDatabase(path: string, pragmas: string[] = []): Database {
  const isNew = !existsSync(path)
  const connection = new DatabaseSync(path, { timeout: LOCK_WAIT_MS, enableForeignKeyConstraints: true })
  try {
    // The files beside it take over its mode. Opening it to set one would end the locks that this process has on it.
    if (isNew) chmodSync(path, 0o600)
    connection.exec(['trusted_schema = OFF', ...pragmas].map((pragma) => `PRAGMA ${pragma};`).join(''))
  } catch (error) {
    connection.close()
    throw error
  }
  return toDatabase(connection, path)
}

/**
 * Opens a connection that only reads what is there, also while others write it.
 *
 * With `withoutLog` it reads the file by itself, as if there were no log beside it, and takes no locks. Closing it ends
 * those that this process has on the file, so nothing else of this process may have it open.
 */
export function openForReading(path: string, { withoutLog = false } = {}): Database {
  const url = pathToFileURL(path)
  if (withoutLog) url.searchParams.set('immutable', '1')
  return toDatabase(new DatabaseSync(url, { readOnly: true, timeout: LOCK_WAIT_MS }), path)
}

// --- helpers ---

function toDatabase(connection: DatabaseSync, path: string): Database {
  const statements = new Map<string, StatementSync>()

  function statement(sql: string) {
    const known = statements.get(sql)
    if (known) return known
    const prepared = connection.prepare(sql)
    statements.set(sql, prepared)
    return prepared
  }

  return {
    path,
    get isOpen() {
      return connection.isOpen
    },
    get isTransaction() {
      return connection.isTransaction
    },
    exec: (sql) => connection.exec(sql),
    all: (sql, values = {}) =>
      statement(sql)
        .all(bindable(values))
        .map((columns) => new Row(columns)),
    each: (sql, values = {}) =>
      statement(sql)
        .iterate(bindable(values))
        .map((columns) => new Row(columns)),
    get(sql, values = {}) {
      const columns = statement(sql).get(bindable(values))
      return columns && new Row(columns)
    },
    run: (sql, values = {}) => Number(statement(sql).run(bindable(values)).changes),
    close: () => connection.close(),
  }
}

/** What SQLite would quietly store as something else does not get there: NaN, for one, would become NULL. */
function bindable(values: SqlValues): SqlValues {
  for (const [name, value] of Object.entries(values)) {
    const isBindable = typeof value === 'string' || value === null || Number.isFinite(value)
    if (!isBindable) throw new TypeError(`unable to bind ${name}; it is no text, finite number or null`)
  }
  return values
}
