// Opens the embedded store in a data folder: its lock, its file, its schema.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ChatStore } from '../port.ts'
import { openDatabase, type Database } from './database.ts'
import { isDamage, isUnopenable } from './failure.ts'
import { takeLock } from './lock.ts'
import { migrate } from './schema.ts'
import { createSqliteStore } from './store.ts'
import { endPresences } from './presences.ts'

/**
 * Opens the store, once whoever has it open has let it go.
 *
 * @throws an Error of one readable line, which names the folder and what to do
 */
export async function openSqliteStore(settings: {
  dataDir: string
  sqliteSync: 'full' | 'normal'
}): Promise<ChatStore> {
  const { dataDir, sqliteSync } = settings
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    const release = await takeLock(join(dataDir, 'rufer.lock.db'))
    try {
      const database = openData(join(dataDir, 'rufer.db'), sqliteSync)
      return createSqliteStore(database, release)
    } catch (error) {
      release()
      throw error
    }
  } catch (error) {
    throw new Error(`unable to open the store in ${dataDir}; ${toReason(error)}`, { cause: error })
  }
}

/** Opens the file, looks whether it is whole, brings it up to date and settles what a crash left behind. */
export function openData(path: string, sqliteSync: 'full' | 'normal'): Database {
  const database = openDatabase(path, [
    'journal_mode = WAL',
    `synchronous = ${sqliteSync}`,
    // 32 MB hold the pages of a whole batch; with the 2 MB of the default it is written a third slower.
    'cache_size = -32000',
  ])
  try {
    check(database)
    migrate(database)
    endPresences(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function check(database: Database) {
  const finding = database.get('PRAGMA quick_check(1)')?.text('quick_check')
  if (finding !== 'ok') throw new Error(damaged(finding))
}

function toReason(error: unknown) {
  const reason = error instanceof Error ? error.message : String(error)
  if (isUnopenable(error)) return `its files cannot be written (${reason}): check their owner and mode`
  return isDamage(error) ? damaged(reason) : reason
}

function damaged(finding?: string) {
  return `rufer.db is damaged (${finding?.replaceAll(/\s+/g, ' ')}): restore it from a backup`
}
