// Typists: who types on which process, as the feed says and the connections here were told; nobody is forgotten there.
import type { Fanout } from './socket/fanout.ts'
import type { Sign } from './store/port.ts'
import { TYPING_MS, TYPING_RELAY_MS } from '#rufer/shared/protocol/limits.ts'

export type TypingSign = Extract<Sign, { kind: 'typing.started' | 'typing.stopped' }>
type Place = Pick<TypingSign, 'conversationId' | 'userId'>

/** Of a user in a conversation, the last sign of each process on which they type. */
type Typist = Map<string, { sign: TypingSign; timer: NodeJS.Timeout }>

export function createTypists(fanout: Pick<Fanout, 'typingStarted' | 'typingStopped'>) {
  const typists = new Map<string, Typist>()

  function stopped(sign: TypingSign) {
    const typist = typists.get(toKey(sign))
    const known = typist?.get(sign.processId)
    if (!typist || !known) return
    clearTimeout(known.timer)
    typist.delete(sign.processId)
    if (typist.size > 0) return
    typists.delete(toKey(sign))
    fanout.typingStopped(sign)
  }

  /** Told to the others however often it comes: one process says it at most once a second. */
  function started(sign: TypingSign) {
    const typist = typists.get(toKey(sign)) ?? new Map()
    typists.set(toKey(sign), typist)
    clearTimeout(typist.get(sign.processId)?.timer)
    typist.set(sign.processId, { sign, timer: setTimeout(() => stopped(sign), UNHEARD_MS) })
    fanout.typingStarted(sign)
  }

  return {
    /** What a process says of one who types there. */
    heard: (sign: TypingSign) => (sign.kind === 'typing.started' ? started(sign) : stopped(sign)),

    /** On every process. */
    endedByMessage(place: Place): void {
      const typist = typists.get(toKey(place))
      for (const { sign } of typist?.values() ?? []) stopped(sign)
    },

    close(): void {
      for (const typist of typists.values()) for (const { timer } of typist.values()) clearTimeout(timer)
    },
  }
}

// --- Internal helpers ---

/** A process that lives has said by then that it goes on or has ended. */
const UNHEARD_MS = TYPING_MS + TYPING_RELAY_MS

/** User ids hold no space. */
function toKey({ conversationId, userId }: Place) {
  return `${conversationId} ${userId}`
}
