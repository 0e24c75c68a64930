// The change feed: gives every watcher the changes after its place, page by page, as they are committed.
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { StoreError, type Change, type Sign } from '../port.ts'
import { lastChangeId, listChanges } from './changes.ts'
import type { Database } from './database.ts'
import type { Durability } from './durability.ts'
import { toStoreError } from './failure.ts'

const RETRY_MS = 100

export interface Feed {
  watch: (signal: AbortSignal) => AsyncIterable<Change | Sign>
  /** Gives every watcher a sign. */
  tell: (sign: Sign) => void
  /** Tells those who wait that there may be more. */
  wake: () => void
  /** The place up to which every watcher has seen the changes. */
  seenByAll: () => number
}

interface Watcher {
  /** the last change that it was given */
  cursor: number
  /** those that it was not given yet */
  signs: Sign[]
  wake: () => void
}

/** Watchers keep no queue of changes: the table is it, and a slow one reads it later. */
export function createFeed(database: Database, durability: Durability): Feed {
  const watchers = new Set<Watcher>()

  async function* changesFor(watcher: Watcher, signal: AbortSignal) {
    try {
      while (!signal.aborted) yield* nextPage({ database, durability, watcher }, signal)
    } finally {
      watchers.delete(watcher)
    }
  }

  return {
    watch(signal) {
      const watcher: Watcher = { cursor: lastChangeId(database), signs: [], wake: () => undefined }
      if (!signal.aborted) watchers.add(watcher)
      const end = () => {
        watchers.delete(watcher)
        watcher.wake()
      }
      signal.addEventListener('abort', end, { once: true })
      return changesFor(watcher, signal)
    },
    tell(sign) {
      for (const watcher of watchers) {
        watcher.signs.push(sign)
        watcher.wake()
      }
    },
    wake() {
      for (const watcher of watchers) watcher.wake()
    },
    seenByAll: () => Math.min(Number.MAX_SAFE_INTEGER, ...[...watchers].map(({ cursor }) => cursor)),
  }
}

// --- helpers ---

interface Source {
  database: Database
  durability: Durability
}

/** Gives the changes and signs that are there, or waits for some. */
async function* nextPage({ watcher, ...source }: Source & { watcher: Watcher }, signal: AbortSignal) {
  const page = await readOrWait(source, watcher)
  for (const { id, change } of page.changes) {
    if (signal.aborted) return
    watcher.cursor = id
    yield change
  }
  for (const sign of watcher.signs.splice(0)) {
    if (signal.aborted) return
    yield sign
  }
  // A watcher with a long way to go lets others run in between.
  if (page.hasMore) await nextTurn()
}

/** A page of changes; an empty one once there may be some, where there were none or they could not be read. */
async function readOrWait(source: Source, watcher: Watcher) {
  const woken = Promise.withResolvers<void>()
  watcher.wake = woken.resolve
  const page = await readPage(source, watcher.cursor)
  if (page === undefined) await Promise.race([pause(RETRY_MS), woken.promise])
  else if (page.changes.length === 0 && watcher.signs.length === 0) await woken.promise
  return page ?? { changes: [], hasMore: false }
}

/** Undefined where the database cannot be read just now, or the disk does not have what it says. */
async function readPage({ database, durability }: Source, cursor: number) {
  if (!database.isOpen) throw new StoreError('store-unavailable')
  try {
    const page = listChanges(database, cursor)
    await durability.settled()
    return page
  } catch (error) {
    if (toStoreError(error) instanceof StoreError) return undefined
    throw error
  }
}
