// Traces: what became of the last messages on this process, step by step, for whoever looks for one that did not arrive.

/** When each step was, in milliseconds since 1970. */
interface MessageTrace {
  /** its request began to be answered here */
  acceptedAt?: number
  /** it was durable, so that its sender could be told */
  committedAt?: number
  /** the change feed gave it */
  fedAt?: number
  /** how many connections of this process it then was sent to */
  sentTo?: number
}

export interface Traces {
  accepted(id: string): void
  committed(id: string): void
  sent(id: string, sentTo: number): void
  /** what was seen of it; nothing where it was not here, or too long ago */
  of(id: string): MessageTrace
}

/** A ring of traces: of the messages that were first seen longest ago nothing is kept. */
export function createTraces(now: () => number, size = SIZE): Traces {
  const traces = new Map<string, MessageTrace>()
  /** Goes on where it was: one that begins anew passes over every place that was deleted since the map last moved. */
  const inOrder = traces.keys()

  /** What happens again, as a message is sent again, keeps the instant of the first time. */
  function note(id: string, step: MessageTrace) {
    const known = traces.get(id)
    traces.set(id, { ...step, ...known })
    if (known || traces.size <= size) return
    const { value: oldest } = inOrder.next()
    if (oldest !== undefined) traces.delete(oldest)
  }

  return {
    accepted: (id) => note(id, { acceptedAt: now() }),
    committed: (id) => note(id, { committedAt: now() }),
    sent: (id, sentTo) => note(id, { fedAt: now(), sentTo }),
    of: (id) => traces.get(id) ?? {},
  }
}

// --- Internal helpers ---

const SIZE = 10_000
