// The end of sessions on every process: each ends its own connections and says how many they were.
import { randomUUID } from 'node:crypto'
import type { Told } from './relay.ts'
import type { SessionOwner, Sign } from './store/port.ts'

interface SessionEndsDeps {
  endSessions: (which: SessionOwner) => number
  /** tells every process; resolves with how many there are */
  tell: (told: Told) => Promise<number>
}

/** An end that other processes have still to answer. */
interface Asked {
  count: number
  answers: number
  onAnswer: () => void
}

export function createSessionEnds({ endSessions, tell }: SessionEndsDeps) {
  const waiting = new Map<string, Asked>()

  return {
    /**
     * Ends connections, first one's own; tells how many were ended by all processes that answered within 2 s.
     *
     * @throws StoreError where the other processes could not be told
     */
    async end(which: SessionOwner): Promise<number> {
      const requestId = randomUUID()
      const asked: Asked = { count: endSessions(which), answers: 0, onAnswer: () => undefined }
      waiting.set(requestId, asked)
      try {
        const processes = await tell({ kind: 'sessions.ended', requestId, which })
        await answersOf(asked, processes - 1)
      } finally {
        waiting.delete(requestId)
      }
      return asked.count
    },

    /** Another process ends sessions. */
    asked({ requestId, which }: Extract<Sign, { kind: 'sessions.ended' }>): void {
      const count = endSessions(which)
      // an answer that is lost makes the other one wait a little, and count less
      tell({ kind: 'sessions.counted', requestId, count }).catch(() => undefined)
    },

    /** Another process has ended what it was asked to. */
    counted({ requestId, count }: Extract<Sign, { kind: 'sessions.counted' }>): void {
      const asked = waiting.get(requestId)
      if (!asked) return
      asked.count += count
      asked.answers++
      asked.onAnswer()
    },
  }
}

// --- Internal helpers ---

const PATIENCE_MS = 2_000

/** Waits for so many answers, but not for ever; some may have come already. */
async function answersOf(asked: Asked, expected: number) {
  if (asked.answers >= expected) return
  const { promise, resolve } = Promise.withResolvers<void>()
  asked.onAnswer = () => asked.answers >= expected && resolve()
  const timer = setTimeout(resolve, PATIENCE_MS)
  await promise
  clearTimeout(timer)
}
