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
  const keys = createKeys()

  async function end(key: string) {
    const sign = signs.get(key)
    if (!sign) return
    for (const connectionId of sign.connections) keys.remove(connectionId, key)
    sign.connections.clear()
    const { isTold } = sign
    sign.isTold = false
    // kept a little longer: the next start must know when the last one was relayed
    clearTimeout(sign.timer)
    sign.timer = setTimeout(() => signs.delete(key), TYPING_RELAY_MS)
    if (isTold) await signals.typingStopped(sign)
  }

  async function leave(key: string, connectionId: string) {
    const sign = signs.get(key)
    if (!sign?.connections.delete(connectionId)) return
    keys.remove(connectionId, key)
    if (sign.connections.size === 0) await end(key)
  }

  return {
    /** A connection types. Told at most once a second; ends by itself unless it is said again. */
    start: async (typing: Typing, connectionId: string) => {
      const key = toKey(typing)
      const sign = signs.get(key) ?? toSign(typing)
      signs.set(key, sign)
      sign.connections.add(connectionId)
      keys.add(connectionId, key)
      clearTimeout(sign.timer)
      sign.timer = setTimeout(() => void end(key), TYPING_MS)
      if (clock.monotonicMs() - sign.relayedAt < TYPING_RELAY_MS) return
      sign.relayedAt = clock.monotonicMs()
      sign.isTold = true
      await signals.typingStarted(sign)
    },

    /** A connection types no more; others of the user may. */
    stop: (place: Place, connectionId: string) => leave(toKey(place), connectionId),

    /** The user types no more, on any connection. */
    end: (place: Place) => {
      const key = toKey(place)
      if (signs.get(key)?.connections.size) void end(key)
    },

    disconnected: (connectionId: string) => {
      for (const key of keys.of(connectionId)) void leave(key, connectionId)
    },

    close: () => {
      for (const { timer } of signs.values()) clearTimeout(timer)
      signs.clear()
    },
  }
}

// --- Internal helpers ---

function toSign(typing: Typing): Sign {
  return { ...typing, connections: new Set(), isTold: false, relayedAt: -Infinity }
}

/** The signs of each connection, so that its end costs no more than these. */
function createKeys() {
  const all = new Map<string, Set<string>>()
  return {
    of: (connectionId: string) => all.get(connectionId) ?? [],
    add: (connectionId: string, key: string) =>
      all.set(connectionId, (all.get(connectionId) ?? new Set()).add(key)),
    remove(connectionId: string, key: string) {
      const own = all.get(connectionId)
      own?.delete(key)
      if (own?.size === 0) all.delete(connectionId)
    },
  }
}

/** User ids hold no space. */
function toKey({ conversationId, userId }: Place) {
  return `${conversationId} ${userId}`
}
