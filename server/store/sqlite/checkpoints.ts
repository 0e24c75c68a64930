// Checkpoints: a thread of their own moves SQLite's log into the database file, so that no commit has to wait for it.
import { Worker } from 'node:worker_threads'
import { StoreError } from '../port.ts'
import type { Database } from './database.ts'

export interface Checkpoints {
  /** Looks whether the log has become long; for after every commit. */
  committed: () => void
  /** Moves all of the log and leaves nothing in it; false where somebody still reads it. */
  empty: () => Promise<boolean>
  /** Resolves once the thread has ended. */
  stop: () => Promise<void>
}

/**
 * By how many pages the log grows before they are moved: 128 MB. Commits wait for the disk while it takes in what is moved,
 * and the longer the log, the more often a page in it was written again and is moved only once.
 */
const LONG = 32_000
/** After so many passes those who write have not been caught up with, and will not be. */
const MOST_PASSES = 8
/** Somebody waits for an empty log. */
const MOST_PASSES_AWAITED = 2

/** Opens a connection of its own, and moves what is in the log whenever it is asked to. */
const THREAD = `
  const { parentPort, workerData: path } = process.getBuiltinModule('node:worker_threads')
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const checkpoint = new DatabaseSync(path).prepare('PRAGMA wal_checkpoint(PASSIVE)')
  parentPort.on('message', () => {
    checkpoint.get()
    parentPort.postMessage('passed')
  })
`

/**
 * Has the log moved whenever it has grown long. The thread is started the first time, and keeps no process alive.
 *
 * A pass leaves what was committed during it, so the next one has less to do, until one leaves nothing; where none does, the
 * rest is moved here, between two commits. With nothing left the next commit begins the log anew. (That is safe beside a pass
 * since SQLite 3.51.3: https://sqlite.org/wal.html.) Should the thread fail, the log grows until the next one does better, or
 * until SQLite moves it within a commit (`wal_autocheckpoint`).
 *
 * @param options.onFailure is told what stopped a checkpoint
 * @param options.long by how many pages the log grows before they are moved
 */
export function createCheckpoints(
  database: Database,
  { onFailure, long = LONG }: { onFailure: (error: unknown) => void; long?: number | undefined },
): Checkpoints {
  let thread: Worker | undefined
  /** of the checkpoint under way; 0 while there is none */
  let passes = 0
  const hasGrown = createGauge(database, long)
  const emptying = createEmptying(database, () => void (passes === 0 && attempt(pass)))

  function pass() {
    passes++
    thread ??= startThread(database.path, { onPassed: () => attempt(goOn), onEnded })
    thread.postMessage('pass', [])
  }

  function onEnded(error: unknown) {
    thread = undefined
    fail(error)
  }

  function goOn() {
    const { length, moved } = readLog(database)
    if (length > moved && passes < (emptying.isAwaited() ? MOST_PASSES_AWAITED : MOST_PASSES)) return pass()
    passes = 0
    if (!emptying.end() && length > moved) database.get('PRAGMA wal_checkpoint(PASSIVE)')
  }

  function attempt(step: () => void) {
    try {
      step()
    } catch (error) {
      fail(error)
    }
  }

  function fail(error: unknown) {
    passes = 0
    onFailure(error)
    emptying.fail(error)
  }

  return {
    committed() {
      if (passes === 0) attempt(() => void (hasGrown() && pass()))
    },
    empty: () => emptying.begin(),
    async stop() {
      emptying.fail(new StoreError('store-unavailable'))
      thread?.removeAllListeners('message')
      await thread?.terminate()
    },
  }
}

// --- helpers ---

/** Tells whether the log has grown by so many pages since it last said so. */
function createGauge(database: Database, long: number) {
  let lengthAtLast = 0
  return () => {
    const { length } = readLog(database)
    if (length < lengthAtLast) lengthAtLast = 0
    if (length - lengthAtLast < long) return false
    lengthAtLast = length
    return true
  }
}

/** Those who wait until nothing is left in the log, all for the end of the same checkpoint. */
function createEmptying(database: Database, onBegun: () => void) {
  let awaited: PromiseWithResolvers<boolean> | undefined
  return {
    isAwaited: () => awaited !== undefined,
    begin() {
      const { promise } = (awaited ??= Promise.withResolvers())
      onBegun()
      return promise
    },
    /** Cuts the log off; false where nobody waits for that. */
    end() {
      if (!awaited) return false
      const row = database.get('PRAGMA wal_checkpoint(TRUNCATE)')
      awaited.resolve(row?.number('busy') === 0)
      awaited = undefined
      return true
    },
    fail(error: unknown) {
      awaited?.reject(error)
      awaited = undefined
    },
  }
}

function startThread(
  path: string,
  { onPassed, onEnded }: { onPassed: () => void; onEnded: (error: unknown) => void },
) {
  const thread = new Worker(THREAD, { eval: true, workerData: path })
  thread.on('message', onPassed).on('error', onEnded)
  // last, for whoever listens keeps the process alive
  thread.unref()
  return thread
}

/** How many pages the log holds, and how many of them have been moved. */
function readLog(database: Database) {
  const row = database.get('PRAGMA wal_checkpoint(NOOP)')
  return { length: row?.number('log') ?? 0, moved: row?.number('checkpointed') ?? 0 }
}
