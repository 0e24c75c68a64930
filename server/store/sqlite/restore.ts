// Restoring a backup into a data folder that no server holds; what was there before is kept.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { checkFile } from './check.ts'
import { copyStore, flush } from './copy.ts'
import { DATABASE, LOCK, RESTORING, withLog } from './files.ts'
import { takeLock } from './lock.ts'
import { openData } from './open.ts'

/**
 * Puts the store of a file in the place of the one in a data folder, brought to the version of this code.
 *
 * The folder changes in one step at the end. Interrupted before, it is as it was; interrupted amid that step, no server
 * starts with it until a restore got to its end.
 *
 * @returns the folder with the files that were there before; undefined where there were none
 * @throws an Error whose message ends a sentence: a server holds the folder, or the file is not fit to be restored
 */
export async function restoreStore(dataDir: string, file: string): Promise<string | undefined> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const release = await takeLock(join(dataDir, LOCK))
  try {
    const prepared = join(dataDir, PREPARED)
    remove(withLog(prepared))
    try {
      prepare(file, prepared)
      return exchange(dataDir, prepared)
    } finally {
      remove(withLog(prepared))
    }
  } finally {
    release()
  }
}

// --- helpers ---

const PREPARED = `${DATABASE}.prepared`

function prepare(file: string, prepared: string) {
  copyStore(file, prepared)
  openData(prepared, 'full').close()
  const broken = checkFile(prepared).find(({ faults }) => faults.length > 0)
  if (broken) throw new Error(`it breaks a rule of the data: ${broken.name}; ${broken.faults.join('; ')}`)
}

function exchange(dataDir: string, prepared: string) {
  const restoring = join(dataDir, RESTORING)
  renameSync(prepared, restoring)
  flush(dataDir)
  const replaced = setAside(dataDir)
  renameSync(restoring, join(dataDir, DATABASE))
  flush(dataDir)
  return replaced
}

/** Moves the store that is there, its log with it, to a folder of its own. */
function setAside(dataDir: string) {
  const names = withLog(DATABASE).filter((name) => existsSync(join(dataDir, name)))
  if (names.length === 0) return undefined
  const aside = join(dataDir, `replaced-${new Date().toISOString().replaceAll(':', '-')}`)
  mkdirSync(aside, { mode: 0o700 })
  for (const name of names) renameSync(join(dataDir, name), join(aside, name))
  flush(aside)
  flush(dataDir)
  return aside
}

function remove(paths: string[]) {
  for (const path of paths) rmSync(path, { force: true })
}
