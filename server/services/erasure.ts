// Erasure: everything that a user wrote goes, bit by bit, so that nobody waits for it; what was cut off is taken up again.
import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '#rufer/server/clock.ts'
import type { Counters } from '#rufer/server/counters.ts'
import type { Log } from '#rufer/server/log.ts'
import type { Store } from '#rufer/server/store/duties.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'
import type { Answer } from '#rufer/shared/protocol/http.ts'
import type { Signals } from './signals.ts'

interface ErasureDeps {
  store: Store
  clock: Clock
  signals: Pick<Signals, 'sessionsEnded'>
  counters: Counters
  log: Log
}

export function createErasureService(deps: ErasureDeps) {
  const { store, clock, counters, log } = deps
  const stopping = new AbortController()
  /** by user: how many messages were emptied, once that is done */
  const underWay = new Map<string, Promise<number>>()

  /** Whoever asks for one that is under way waits for the same. */
  function join(userId: string): Promise<number> {
    const joined = underWay.get(userId) ?? erase(userId, stopping.signal, deps)
    underWay.set(userId, joined)
    const end = () => void underWay.delete(userId)
    joined.then(end, end)
    return joined
  }

  return {
    /**
     * Erases a user: name, picture and the texts of all messages; tells how many those were.
     *
     * Refused meanwhile it goes on by itself; asked for again it answers once it is done, with the same.
     *
     * @throws ChatError `user-not-found`; `draining` where the process stops before it is done
     */
    async erase(userId: string): Promise<Answer<'DELETE /api/users/:userId'>> {
      if (!(await store.duties.beginErasure(userId, clock.instant()))) throw new ChatError('user-not-found')
      return { userId, messages: await join(userId) }
    },

    /** Takes up what a process that is no more left off; never rejects. */
    async resume(): Promise<void> {
      try {
        for (const userId of await store.duties.listErasures()) await join(userId)
      } catch (error) {
        if (stopping.signal.aborted) return
        counters.dropped('erasure')
        log.warn({ err: error }, 'unable to go on with an erasure; trying again later')
      }
    },

    /** Leaves off; the next start goes on. */
    async close(): Promise<void> {
      stopping.abort()
      await Promise.allSettled(underWay.values())
    },
  }
}

// --- Internal helpers ---

/** After each write others get so many times as long to themselves. */
const LEFT_TO_OTHERS = 3
const LEAST_PAUSE_MS = 2

async function erase(userId: string, signal: AbortSignal, { store, clock, signals, log }: ErasureDeps) {
  log.info({ userId }, 'a user is being erased')
  await signals.sessionsEnded({ userId })
  while (!signal.aborted) {
    const began = performance.now()
    const { messages, isDone } = await store.duties.eraseSome(userId, clock.instant())
    if (isDone) {
      log.info({ userId, messages }, 'a user is erased')
      return messages
    }
    const ms = LEAST_PAUSE_MS + LEFT_TO_OTHERS * (performance.now() - began)
    await pause(ms, undefined, { signal }).catch(() => undefined)
  }
  throw new ChatError('draining')
}
