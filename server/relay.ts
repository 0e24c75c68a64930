// The relay: what services tell without storing it goes into the feed; what the feed gives goes to this process's sockets.
import type { Clock } from './clock.ts'
import type { Counters } from './counters.ts'
import type { Signals, Typing } from './services/signals.ts'
import { createSessionEnds } from './session-ends.ts'
import type { Fanout } from './socket/fanout.ts'
import type { Change, ChatStore, SessionOwner, Sign } from './store/port.ts'
import type { Traces } from './traces.ts'
import { createTypists, type TypingSign } from './typists.ts'
import type { Message } from '#rufer/shared/model/message.ts'

/** Of a sign, what is particular to it. */
export type Told = Sign extends infer One ? (One extends Sign ? Omit<One, 'processId' | 'at'> : never) : never

export interface Relay extends Signals {
  /** Tells the connections of this process what the feed gave, whichever process it is of; true for a pulse of its own. */
  deliver: (told: Change | Sign) => boolean
  /** Says that this process lives; it hears that itself as long as it hears anything. */
  pulse: () => Promise<void>
  close: () => void
}

interface RelayDeps {
  store: Pick<ChatStore, 'processId' | 'tell'>
  fanout: Fanout
  /** ends connections of this process; tells how many */
  endSessions: (which: SessionOwner) => number
  /** somebody's message comes, before it is told */
  messageCreated: (message: Message) => void
  clock: Clock
  counters: Counters
  traces: Pick<Traces, 'sent'>
}

export function createRelay(deps: RelayDeps): Relay {
  const { store, fanout, endSessions, messageCreated, clock, counters, traces } = deps
  const typists = createTypists(fanout)
  const tell = (told: Told) => store.tell({ ...told, processId: store.processId, at: clock.instant() })
  const sessionEnds = createSessionEnds({ endSessions, tell })

  /** What is lost now is made up for by what is told next, or by silence. */
  async function tellTyping(kind: TypingSign['kind'], { conversationId, userId, recipients }: Typing) {
    try {
      await tell({ kind, conversationId, userId, recipients })
    } catch {
      counters.dropped(kind)
    }
  }

  return {
    typingStarted: (typing) => tellTyping('typing.started', typing),
    typingStopped: (typing) => tellTyping('typing.stopped', typing),
    sessionsEnded: (which) => sessionEnds.end(which),
    sessionsEndedHere: endSessions,
    async pulse() {
      await tell({ kind: 'pulse' })
    },
    deliver(told) {
      if ('processId' in told) return deliverSign(told, { store, fanout, typists, sessionEnds })
      if (told.kind === 'message.created') {
        const { conversationId, senderId: userId } = told.message
        typists.endedByMessage({ conversationId, userId })
        messageCreated(told.message)
      }
      const sent = fanout.fanOut(told)
      counters.told(told.kind, sent, Math.max(0, Date.now() - Date.parse(told.at)))
      if (told.kind === 'message.created') traces.sent(told.message.id, sent)
      return false
    },
    close: () => typists.close(),
  }
}

// --- Internal helpers ---

interface SignReaders extends Pick<RelayDeps, 'store' | 'fanout'> {
  typists: ReturnType<typeof createTypists>
  sessionEnds: ReturnType<typeof createSessionEnds>
}

function deliverSign(sign: Sign, { store, fanout, typists, sessionEnds }: SignReaders) {
  const isOwn = sign.processId === store.processId
  switch (sign.kind) {
    case 'pulse':
      return isOwn
    case 'presence.changed':
      fanout.presenceChanged(sign.presence)
      break
    case 'typing.started':
    case 'typing.stopped':
      typists.heard(sign)
      break
    case 'sessions.ended':
      // its own it has ended already
      if (!isOwn) sessionEnds.asked(sign)
      break
    case 'sessions.counted':
      sessionEnds.counted(sign)
      break
  }
  return false
}
