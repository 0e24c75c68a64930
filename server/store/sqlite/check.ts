// The check of a file: whether it is as SQLite wrote it, and whether what it holds keeps the rules of the data.
import { openForReading, type Database } from './database.ts'
import { requireFile } from './files.ts'
import { countWrittenBack, isLogTorn, TORN } from './damage.ts'
import { rules } from './rules.ts'
import { isCurrent, requireStore } from './schema.ts'

/** What was looked at, and what is wrong with it; no faults where it is as it should be. */
export interface Finding {
  name: string
  faults: string[]
}

/**
 * Looks at one state of a file and its log, also while a server writes it; changes nothing.
 *
 * @throws an Error whose message ends a sentence, where the file cannot be read at all or holds no store
 */
export function* checkFile(path: string): Generator<Finding> {
  requireFile(path)
  const writtenBack = countWrittenBack(path)
  const database = openForReading(path)
  try {
    requireStore(database)
    // one state for all that follows, and room for the pages that are read again and again
    database.exec('PRAGMA cache_size = -64000; BEGIN')
    yield { name: 'the file is whole', faults: tryTo(() => findDamage(database, writtenBack)) }
    const known = isCurrent(database) ? rules : []
    if (known.length === 0) yield EARLIER
    for (const { name, faults } of known) yield { name, faults: tryTo(() => findFaults(database, faults)) }
  } finally {
    database.close()
  }
}

// --- helpers ---

const EARLIER = { name: 'its rules are checked once a start has brought it to this version', faults: [] }

/** More of the same kind say no more. */
const MOST = 5

function findDamage(database: Database, writtenBack: number) {
  const findings = database
    .all(`PRAGMA integrity_check(${MOST})`)
    .map((row) => row.text('integrity_check').replaceAll(/\s+/g, ' '))
  const faults = findings.filter((finding) => finding !== 'ok')
  return isLogTorn(database, writtenBack) ? [...faults, TORN] : faults
}

function findFaults(database: Database, query: string) {
  const rows = database.all(`${query} LIMIT ${MOST + 1}`)
  const faults = rows.slice(0, MOST).map((row) => `${row.text('place')} ${row.text('fault')}`)
  return rows.length > MOST ? [...faults, 'and more of them'] : faults
}

/** A file that is not whole may not give all that is asked for. */
function tryTo(find: () => string[]) {
  try {
    return find()
  } catch (error) {
    return [`cannot be read (${error instanceof Error ? error.message : String(error)})`]
  }
}
