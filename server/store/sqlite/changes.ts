// The change feed: written with the state it tells of, read by whoever watches, in the order of commits.
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import type { Instant } from '#rufer/shared/model/instant.ts'
import { StoreError, type Change } from '../port.ts'
import type { Database } from './database.ts'
import { toStoreError } from './failure.ts'

const PAGE = 200
const PRUNED_AT_ONCE = 1_000
const RETRY_MS = 100

export interface ChangeFeed {
  /** Adds a change; within a transaction. */
  append(change: Change): void
  /** Tells those who wait for more that there may be some. */
  wake(): void
  watch(signal: AbortSignal): AsyncIterable<Change>
  /** Forgets some changes made before an instant; tells whether there may be more of them. */
  prune(before: Instant): boolean
  /** Ends every watch with an error. */
  close(): void
}

interface Watcher {
  /** the last change it gave out */
  cursor: number
  wake: () => void
}

export function createChangeFeed(database: Database): ChangeFeed {
  const watchers = new Set<Watcher>()
  let isClosed = false

  /** Gives out the changes that are there, or waits for some. */
  async function* nextPage(watcher: Watcher, signal: AbortSignal) {
    const woken = Promise.withResolvers<void>()
    watcher.wake = woken.resolve
    const page = readPage(watcher.cursor)
    if (page === undefined) await Promise.race([pause(RETRY_MS), woken.promise])
    else if (page.length === 0) await woken.promise
    for (const { id, change } of page ?? []) {
      if (signal.aborted) return
      watcher.cursor = id
      yield change
    }
    // A reader with a long way to go lets others run in between.
    await nextTurn()
  }

  /** Undefined where the database cannot be read just now. */
  function readPage(cursor: number) {
    if (isClosed) throw new StoreError('store-unavailable')
    try {
      return database
        .all('SELECT id, payload FROM changes WHERE id > :cursor ORDER BY id LIMIT :page', {
          cursor,
          page: PAGE,
        })
        .map((row) => ({ id: row.number('id'), change: decode(row.text('payload')) }))
    } catch (error) {
      if (toStoreError(error) instanceof StoreError) return undefined
      throw error
    }
  }

  async function* iterate(watcher: Watcher, signal: AbortSignal) {
    try {
      while (!signal.aborted) yield* nextPage(watcher, signal)
    } finally {
      watchers.delete(watcher)
    }
  }

  return {
    append(change) {
      database.run('INSERT INTO changes (at, payload) VALUES (:at, :payload)', {
        at: change.at,
        payload: JSON.stringify(change),
      })
    },
    wake() {
      for (const watcher of watchers) watcher.wake()
    },
    watch(signal) {
      const watcher: Watcher = { cursor: lastId(database), wake: () => undefined }
      if (!signal.aborted) watchers.add(watcher)
      signal.addEventListener('abort', () => {
        watchers.delete(watcher)
        watcher.wake()
      })
      return iterate(watcher, signal)
    },
    prune(before) {
      const seen = Math.min(Number.MAX_SAFE_INTEGER, ...[...watchers].map(({ cursor }) => cursor))
      const pruned = database.run(
        `DELETE FROM changes WHERE id IN (SELECT id FROM changes WHERE at < :before AND id <= :seen LIMIT :most)`,
        { before, seen, most: PRUNED_AT_ONCE },
      )
      return pruned === PRUNED_AT_ONCE
    },
    close() {
      isClosed = true
      for (const watcher of watchers) watcher.wake()
    },
  }
}

function lastId(database: Database) {
  return database.get('SELECT coalesce(max(id), 0) AS id FROM changes')?.number('id') ?? 0
}

function decode(payload: string): Change {
  return JSON.parse(payload)
}
