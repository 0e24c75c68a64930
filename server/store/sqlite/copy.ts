// Copying a store into one file by itself, while others may be writing it.
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { openForReading } from './database.ts'
import { requireFile } from './files.ts'
import { requireStore } from './schema.ts'

/**
 * Writes one state of a file and its log to a new file, which is whole and on disk once it has its name.
 *
 * VACUUM INTO reads one snapshot, for which no writer waits. (SQLite's backup API starts over whenever another process
 * writes, and so does not get to its end beside a busy server.) It reads every row, so a damaged file fails rather than
 * being copied as it is, and it leaves out what was deleted.
 *
 * @throws an Error whose message ends a sentence
 */
export function copyStore(from: string, to: string): void {
  requireFile(from)
  if (existsSync(to)) throw new Error(`${to} exists already: name a file to be made`)
  const partial = `${to}.partial`
  try {
    // made empty first, for its mode
    writeFileSync(partial, '', { mode: 0o600 })
    copyInto(from, partial)
    flush(partial)
    renameSync(partial, to)
    flush(dirname(to))
  } finally {
    rmSync(partial, { force: true })
  }
}

/** Waits until a file, or what a folder says of its files, is on disk. */
export function flush(path: string): void {
  const file = openSync(path, 'r')
  fsyncSync(file)
  closeSync(file)
}

// --- helpers ---

function copyInto(from: string, to: string) {
  const database = openForReading(from)
  try {
    requireStore(database)
    database.run('VACUUM INTO :to', { to })
  } finally {
    database.close()
  }
}
