// Calls: what clients asked for, each with what became of it.
import type { Answer, Ask, Entry } from '#rufer/tests/faults/history.ts'

export interface Call<A extends Ask = Ask> {
  ask: A
  device: string
  userId: string
  at: number
  /** unknown, too, where the run ended first */
  outcome: 'ok' | 'fail' | 'unknown'
  endedAt: number | undefined
  answer: Answer | undefined
}

type AskOf<M extends Ask['method']> = Extract<Ask, { method: M }>

/** The calls of some methods, in the order they were made. */
export function callsOf<M extends Ask['method']>(entries: readonly Entry[], methods: M[]): Call<AskOf<M>>[] {
  const calls = new Map<number, Call<AskOf<M>>>()
  for (const entry of entries) {
    if (entry.type === 'invoke' && isOf(entry.ask, methods)) {
      const { ask, device, userId, at } = entry
      calls.set(entry.call, {
        ask,
        device,
        userId,
        at,
        outcome: 'unknown',
        endedAt: undefined,
        answer: undefined,
      })
    } else if (entry.type === 'ok' || entry.type === 'fail' || entry.type === 'unknown') {
      const call = calls.get(entry.call)
      const answer = entry.type === 'ok' ? entry.answer : undefined
      if (call) Object.assign(call, { outcome: entry.type, endedAt: entry.at, answer })
    }
  }
  return [...calls.values()]
}

/** Items by what they have in common, in their order. */
export function groupBy<Item>(items: Iterable<Item>, keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}

/** The items that come after an equal one. */
export function repeated(items: Iterable<string>): string[] {
  const seen = new Set<string>()
  return [...items].filter((item) => seen.size === seen.add(item).size)
}

// --- Internal helpers ---

function isOf<M extends Ask['method']>(ask: Ask, methods: M[]): ask is AskOf<M> {
  return methods.some((method) => method === ask.method)
}
