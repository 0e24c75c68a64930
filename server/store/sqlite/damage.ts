// Damage: whether a file is as SQLite wrote it, looked at before anything is opened for writing.
import { openForReading, type Database } from './database.ts'

/**
 * What is wrong with a file and its log, in a few words; undefined where nothing is.
 *
 * It only reads: a connection that writes would, as it closes, write the log back and with it what shows that it is torn.
 */
export function findDamage(path: string): string | undefined {
  const writtenBack = countWrittenBack(path)
  const database = openForReading(path)
  try {
    const finding = database.get('PRAGMA quick_check(1)')?.text('quick_check')
    if (finding !== 'ok') return finding?.replaceAll(/\s+/g, ' ')
    return isLogTorn(database, writtenBack) ? TORN : undefined
  } finally {
    database.close()
  }
}

export const TORN = 'its log has lost its end'

/**
 * How many changes the file by itself has seen, without its log; 0 where that cannot be read. To be asked before
 * anything else of this process has the file open.
 */
export function countWrittenBack(path: string): number {
  try {
    const file = openForReading(path, { withoutLog: true })
    try {
      return countChanges(file)
    } finally {
      file.close()
    }
  } catch {
    // a file that is new, or amid being written back: whether it is whole is seen with its log
    return 0
  }
}

/**
 * Whether the file is ahead of its log. SQLite takes the pages that are in the log for newer than those of the file; a
 * log that lost its end brings back pages from before, next to others from after, and a look at the pages finds no fault.
 */
export function isLogTorn(database: Database, writtenBack: number): boolean {
  return countChanges(database) < writtenBack
}

// --- helpers ---

/** Given by AUTOINCREMENT, so that pruning does not lower it. */
function countChanges(database: Database) {
  const hasAny = database.get("SELECT 1 AS found FROM sqlite_schema WHERE name = 'sqlite_sequence'")
  const row = hasAny && database.get("SELECT seq FROM sqlite_sequence WHERE name = 'changes'")
  return row?.number('seq') ?? 0
}
