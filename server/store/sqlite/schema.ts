// The version of a file of the embedded store, and how one of an earlier version becomes one of this.
import type { Database } from './database.ts'
import { migrations } from './migrations.ts'

/**
 * Brings a file to the version of this code, in one transaction.
 *
 * @throws an Error whose message ends a sentence, where the file's version is newer than this code
 */
export function migrate(database: Database): void {
  const version = versionOf(database)
  refuseNewer(version)
  if (isCurrent(database)) return
  const steps = migrations.slice(version).join('\n')
  database.exec(`BEGIN IMMEDIATE; ${steps} PRAGMA user_version = ${migrations.length}; COMMIT;`)
}

/** @throws an Error whose message ends a sentence, where a file holds no store or one of a newer version */
export function requireStore(database: Database): void {
  const version = versionOf(database)
  if (version === 0) throw new Error('it holds no store of Rufer')
  refuseNewer(version)
}

/** Whether a file that holds a store is of the version of this code. */
export function isCurrent(database: Database): boolean {
  return versionOf(database) === migrations.length
}

// --- helpers ---

function versionOf(database: Database) {
  return database.get('PRAGMA user_version')?.number('user_version') ?? 0
}

function refuseNewer(version: number) {
  if (version <= migrations.length) return
  throw new Error(
    `rufer.db is of version ${version} and this Rufer knows versions up to ${migrations.length}: run the newer Rufer that wrote it`,
  )
}
