// Opens the embedded store in a data folder: its lock, its file, its schema.
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Store } from '../duties.ts'
import type { CommitMeter } from '../group-commit.ts'
import { findDamage } from './damage.ts'
import { openDatabase, type Database } from './database.ts'
import { isDamage, isUnopenable } from './failure.ts'
import { DATABASE, LOCK, RESTORING } from './files.ts'
import { takeLock } from './lock.ts'
import { fillOutbox } from './outbox.ts'
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
  hasWebhooks?: boolean
  onFailure?: ((error: unknown) => void) | undefined
  meter?: CommitMeter | undefined
}): Promise<Store> {
  const { dataDir, sqliteSync, onFailure, meter } = settings
  try {
    using opened = new DisposableStack()
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    const release = await takeLock(join(dataDir, LOCK))
    opened.defer(release)
    if (existsSync(join(dataDir, RESTORING))) throw new Error(UNFINISHED)
    const database = openData(join(dataDir, DATABASE), sqliteSync, settings)
    opened.defer(() => database.close())
    const store = createSqliteStore(database, { release, onFailure, meter })
    // they are the store's to close from now on
    opened.move()
    return store
  } catch (error) {
    throw new Error(`unable to open the store in ${dataDir}; ${toReason(error)}`, { cause: error })
  }
}

/** Looks whether the file is whole, opens it, brings it up to date and settles what a crash left behind. */
export function openData(
  path: string,
  sqliteSync: 'full' | 'normal',
  { hasWebhooks = false }: { hasWebhooks?: boolean } = {},
): Database {
  const isThere = statSync(path, { throwIfNoEntry: false })?.isFile()
  const damage = isThere ? findDamage(path) : undefined
  if (damage !== undefined) throw new Error(damaged(damage))
  const database = openDatabase(path, [
    'journal_mode = WAL',
    `synchronous = ${sqliteSync}`,
    // 32 MB hold the pages of a whole batch; with the 2 MB of the default it is written a third slower.
    'cache_size = -32000',
    // what was erased is not to be found in the file
    'secure_delete = ON',
    // the log is moved into the file by a thread of its own; only one of 512 MB stalls a commit, should that thread fail
    'wal_autocheckpoint = 128000',
  ])
  try {
    migrate(database)
    if (hasWebhooks) fillOutbox(database)
    endPresences(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

const UNFINISHED = 'a backup was not restored to the end: run npm run restore again'

function toReason(error: unknown) {
  // SQLite may quote what it cannot read, over several lines
  const reason = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ')
  if (isUnopenable(error)) return `its files cannot be written (${reason}): check their owner and mode`
  return isDamage(error) ? damaged(reason) : reason
}

function damaged(finding: string) {
  return `rufer.db is damaged (${finding}): restore a backup with npm run restore`
}
