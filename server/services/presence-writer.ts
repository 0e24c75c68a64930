// Storing presences: those that change in one turn of the event loop are one write, however many users they are of.
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import type { Counters } from '#rufer/server/counters.ts'
import type { Log } from '#rufer/server/log.ts'
import { StoreError, type ChatStore, type PresenceMark } from '#rufer/server/store/port.ts'

export interface PresenceWriter {
  /** Stores that a user came online or went offline, after all that was said of them before. */
  keep: (mark: PresenceMark) => void
  /** Resolves once all is stored, or could not be once more. */
  close: () => Promise<void>
}

interface PresenceWriterDeps {
  store: Pick<ChatStore, 'putPresences'>
  counters: Counters
  log: Log
}

/** Makes a writer with one write under way at a time. What the store cannot take just now it is given again later. */
export function createPresenceWriter({ store, counters, log }: PresenceWriterDeps): PresenceWriter {
  const waiting: PresenceMark[] = []
  const closing = new AbortController()
  let writing: Promise<void> | undefined

  async function writeAll() {
    await nextTurn()
    while (waiting.length > 0) await writeNext(waiting.slice(0, AT_ONCE))
    writing = undefined
  }

  async function writeNext(marks: PresenceMark[]) {
    try {
      await store.putPresences(marks)
      waiting.splice(0, marks.length)
    } catch (error) {
      counters.dropped('presence-not-stored')
      log.warn({ err: error, users: marks.length }, 'unable to store presences')
      if (closing.signal.aborted || !(error instanceof StoreError)) waiting.splice(0, marks.length)
      else await pause(RETRY_MS, undefined, { signal: closing.signal }).catch(() => undefined)
    }
  }

  return {
    keep(mark) {
      waiting.push(mark)
      writing ??= writeAll()
    },
    async close() {
      closing.abort()
      await writing
    },
  }
}

// --- Internal helpers ---

/** Bounds how long one transaction keeps everything else waiting. */
const AT_ONCE = 1_000
const RETRY_MS = 1_000
