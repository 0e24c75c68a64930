// The change feed: gives every watcher the changes after its place, page by page, as they are committed.
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { StoreError, type Change } from '../port.ts'
import { lastChangeId, listChanges } from './changes.ts'
import type { Database } from './database.ts'
import { toStoreError } from './failure.ts'

const RETRY_MS = 100

export interface Feed {
  watch: (signal: AbortSignal) => AsyncIterable<Change>
  /** Tells those who wait that there may be more. */
  wake: () => void
  /** The place up to which every watcher has seen the changes. */
  seenByAll: () => number
}

interface Watcher {
  /** the last change that it was given */
  cursor: number
  wake: () => void
}

/** Watchers keep no queue: the table is it, and a slow one reads it later. */
export function createFeed(database: Database): Feed {
  const watchers = new Set<Watcher>()

  async function* changesFor(watcher: Watcher, signal: AbortSignal) {
    try {
      while (!signal.aborted) yield* nextPage(database, watcher, signal)
    } finally {
      watchers.delete(watcher)
    }
  }

  return {
    watch(signal) {
      const watcher: Watcher = { cursor: lastChangeId(database), wake: () => undefined }
      if (!signal.aborted) watchers.add(watcher)
      const end = () => {
        watchers.delete(watcher)
        watcher.wake()
      }
      signal.addEventListener('abort', end, { once: true })
      return changesFor(watcher, signal)
    },
    wake() {
      for (const watcher of watchers) watcher.wake()
    },
    seenByAll: () => Math.min(Number.MAX_SAFE_INTEGER, ...[...watchers].map(({ cursor }) => cursor)),
  }
}

// --- helpers ---

/** Gives the changes that are there, or waits for some. */
async function* nextPage(database: Database, watcher: Watcher, signal: AbortSignal) {
  const woken = Promise.withResolvers<void>()
  watcher.wake = woken.resolve
  const page = readPage(database, watcher.cursor)
  if (page === undefined) await Promise.race([pause(RETRY_MS), woken.promise])
  else if (page.length === 0) await woken.promise
  for (const { id, change } of page ?? []) {
    if (signal.aborted) return
    watcher.cursor = id
    yield change
  }
  // A watcher with a long way to go lets others run in between.
  await nextTurn()
}

/** Undefined where the database cannot be read just now. */
function readPage(database: Database, cursor: number) {
  if (!database.isOpen) throw new StoreError('store-unavailable')
  try {
    return listChanges(database, cursor)
  } catch (error) {
    if (toStoreError(error) instanceof StoreError) return undefined
    throw error
  }
}
