// Typing signs: one a user and conversation, from the first start to silence, a stop, a message or a disconnect.
import type { Clock } from '#rufer/server/clock.ts'
import { TYPING_MS, TYPING_RELAY_MS } from '#rufer/shared/protocol/limits.ts'
import type { Signals, Typing } from './signals.ts'

type Place = Pick<Typing, 'conversationId' | 'userId'>

/** One user in one conversation, while typing and until the next start may be relayed. */
interface Sign extends Typing {
  /** the connections that type */
  connections: Set<string>
  /** whether the others were told of a start and not yet of its end */
  isTold: boolean
  /** when a start was last relayed, in the monotonic clock */
  relayedAt: number
  timer?: NodeJS.Timeout
}

export function createTypingSigns({ clock, signals }: { clock: Clock; signals: Signals }) {
  const signs = new Map<string, Sign>()

  function end(key: string) {
    const sign = signs.get(key)
    if (!sign) return
    sign.connections.clear()
    if (sign.isTold) signals.typingStopped(sign)
    sign.isTold = false
    // kept a little longer: the next start must know when the last one was relayed
    clearTimeout(sign.timer)
    sign.timer = setTimeout(() => signs.delete(key), TYPING_RELAY_MS)
  }

  function leave(key: string, connectionId: string) {
    const sign = signs.get(key)
    if (sign?.connections.delete(connectionId) && sign.connections.size === 0) end(key)
  }

  return {
    /** A connection types. Told at most once a second; ends by itself unless it is said again. */
    start: (typing: Typing, connectionId: string) => {
      const key = toKey(typing)
      const sign = signs.get(key) ?? {
        ...typing,
        connections: new Set(),
        isTold: false,
        relayedAt: -Infinity,
      }
      signs.set(key, sign)
      sign.connections.add(connectionId)
      clearTimeout(sign.timer)
      sign.timer = setTimeout(() => end(key), TYPING_MS)
      if (clock.monotonicMs() - sign.relayedAt < TYPING_RELAY_MS) return
      sign.relayedAt = clock.monotonicMs()
      sign.isTold = true
      signals.typingStarted(sign)
    },

    /** A connection types no more; others of the user may. */
    stop: (place: Place, connectionId: string) => leave(toKey(place), connectionId),

    /** The user types no more, on any connection. */
    end: (place: Place) => {
      const key = toKey(place)
      if (signs.get(key)?.connections.size) end(key)
    },

    disconnected: (connectionId: string) => {
      for (const key of signs.keys()) leave(key, connectionId)
    },

    close: () => {
      for (const { timer } of signs.values()) clearTimeout(timer)
      signs.clear()
    },
  }
}

// --- Internal helpers ---

/** User ids hold no space. */
function toKey({ conversationId, userId }: Place) {
  return `${conversationId} ${userId}`
}
