// Durability: brings what was committed to the disk, and lets the event loop go on where that takes long.
import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs'
import { StoreError } from '../port.ts'
import type { Database } from './database.ts'

export interface Durability {
  /** Brings all that was committed to the disk; to be called right at the commit, and again only once it has settled. */
  sync: () => Promise<void>
  /** Resolves once all that can be read by now is on the disk; settles what a failed sync left in doubt. */
  settled: () => Promise<void>
  close: () => void
}

/** How a file is brought to the disk: here and now, or by a thread of the pool. */
export interface Disk {
  fdatasyncSync: (file: number) => void
  fdatasync: (file: number, callback: (error: Error | null) => void) => void
}

/** What `PRAGMA synchronous` says of a connection that waits for the disk at every commit. */
const FULL = 2
/** Handing a sync over to a thread and back costs up to half of that, so a shorter one is waited for on the spot. */
const SHORT_MS = 0.5
/** How long all are refused at least where the log cannot be moved, as trying stops the event loop. */
const RETRY_MS = 500

/**
 * Takes over the wait for the disk from a connection that waits at every commit; leaves alone one that does not.
 *
 * SQLite then syncs only to keep things in order (`synchronous = NORMAL`): the log before it is moved into the file, the
 * file before the log begins anew, the head of the new log (https://sqlite.org/wal.html). So a crash of the machine leaves
 * the state after some commit, and none before the last that anybody was told of, as neither a write nor a read is answered
 * before the log is synced behind it.
 *
 * After a sync that failed the kernel may take the pages of the log for written, and the next one say nothing of them.
 * Hence whoever comes next has all of the log moved into the file and cut off, and both synced; all are refused where that
 * fails, too. (Should the machine crash just then, the log on disk may lack what the file has: the start will find it torn.)
 */
export function createDurability(database: Database, disk: Disk = { fdatasync, fdatasyncSync }): Durability {
  if (database.get('PRAGMA synchronous')?.number('synchronous') !== FULL) return NOT_WANTED
  database.exec('PRAGMA synchronous = NORMAL')
  // It is there for as long as the connection is. SQLite's locks are on other files, so closing this one ends none.
  const log = openSync(`${database.path}-wal`, 'r+')
  try {
    // what a process that was killed had committed may be in the kernel's memory alone
    disk.fdatasyncSync(log)
  } catch (error) {
    closeSync(log)
    throw error
  }
  const syncLog = createSync(disk, log)
  let latest = Promise.resolve()
  let isDoubtful = false
  let retryAt = -Infinity

  async function bringToDisk() {
    try {
      await syncLog()
    } catch (error) {
      isDoubtful = true
      throw unavailable(error)
    }
  }

  /** Without a break, so nobody finds it half done. */
  async function settleDoubt() {
    try {
      moveLog(database)
      disk.fdatasyncSync(log)
      isDoubtful = false
    } catch (error) {
      retryAt = performance.now() + RETRY_MS
      throw unavailable(error)
    }
  }

  return {
    sync: () => (latest = bringToDisk()),
    settled() {
      if (isDoubtful && performance.now() >= retryAt) latest = settleDoubt()
      return latest
    },
    close: () => closeSync(log),
  }
}

// --- helpers ---

const NOT_WANTED: Durability = {
  sync: () => Promise.resolve(),
  settled: () => Promise.resolve(),
  close: () => undefined,
}

/** Syncs a file; on the spot, where the last time was short. */
function createSync(disk: Disk, file: number) {
  let lastMs = Infinity

  function handOver() {
    return new Promise<void>((resolve, reject) => {
      disk.fdatasync(file, (error) => (error ? reject(error) : resolve()))
    })
  }

  return async () => {
    const beganAt = performance.now()
    if (lastMs < SHORT_MS) disk.fdatasyncSync(file)
    else await handOver()
    lastMs = performance.now() - beganAt
  }
}

function moveLog(database: Database) {
  const row = database.get('PRAGMA wal_checkpoint(TRUNCATE)')
  if (row?.number('busy') !== 0) throw new Error('unable to move the log after a failed sync; it is in use')
}

function unavailable(cause: unknown) {
  return new StoreError('store-unavailable', { cause })
}
