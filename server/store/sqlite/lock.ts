// The lock on a data folder: whoever holds it is the only process that writes the store in it.
import { setTimeout as pause } from 'node:timers/promises'
import { openDatabase, type Database } from './database.ts'
import { isBusy } from './failure.ts'

/** In development the next process starts before the one that it replaces has ended. */
const PATIENCE_MS = 6_000
const PAUSE_MS = 100

/**
 * Takes the lock of a file of its own, made if need be, for which SQLite asks the operating system: it ends with the
 * process, however that ends. The lock of the store's own file would shut out backups, too.
 *
 * @returns how to give it back
 * @throws an Error whose message ends a sentence, where another process kept it for 6 s
 */
export async function takeLock(path: string): Promise<() => void> {
  const database = openDatabase(path)
  try {
    await beginExclusive(database, performance.now() + PATIENCE_MS)
  } catch (error) {
    database.close()
    throw error
  }
  return () => database.close()
}

async function beginExclusive(database: Database, deadline: number): Promise<void> {
  try {
    return database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    if (!isBusy(error)) throw error
    if (performance.now() > deadline) {
      throw new Error('another process uses it: stop that one or set RUFER_DATA_DIR to another folder', {
        cause: error,
      })
    }
  }
  await pause(PAUSE_MS)
  return beginExclusive(database, deadline)
}
