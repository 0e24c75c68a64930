// The files of a data folder, by name.
import { statSync } from 'node:fs'

/** What is stored. */
export const DATABASE = 'rufer.db'
/** Whoever holds its lock is the only process that writes. */
export const LOCK = 'rufer.lock.db'
/** What is to take the place of the database: there only while the two are exchanged. */
export const RESTORING = `${DATABASE}.restoring`

/** A file of SQLite with those that it keeps beside it: its log, and an index of that. */
export function withLog(path: string): string[] {
  return [path, `${path}-wal`, `${path}-shm`]
}

/** @throws an Error whose message ends a sentence, where there is no file of this name */
export function requireFile(path: string): void {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw new Error(`there is no file ${path}`)
}
