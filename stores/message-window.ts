// MessageWindow: the messages of a conversation that the page holds, one unbroken range of seqs. Pure.
import type { Message } from '#rufer/shared/model/message.ts'

export interface MessageWindow {
  /** by seq, without holes */
  messages: readonly Message[]
  /** of the first page */
  state: 'loading' | 'ready' | 'failed'
  /** of the page that is asked for at either side */
  older: Side
  newer: Side
}
type Side = 'idle' | 'loading' | 'failed'

export const emptyWindow: MessageWindow = { messages: [], state: 'loading', older: 'idle', newer: 'idle' }

/** The first seq held, 0 when nothing is. */
export function firstSeq({ messages }: Pick<MessageWindow, 'messages'>): number {
  return messages[0]?.seq ?? 0
}

/** The last seq held, 0 when nothing is. */
export function lastSeq({ messages }: Pick<MessageWindow, 'messages'>): number {
  return messages.at(-1)?.seq ?? 0
}

/** Whether a message, or without one the newest page, need not be asked for. */
export function holds(window: MessageWindow, seq: number | undefined): boolean {
  if (seq === undefined) return window.state === 'ready'
  return firstSeq(window) <= seq && seq <= lastSeq(window)
}

/** Takes a message that came by itself: the next one, or a newer form of one that is held; others are not held. */
export function withArrival(window: MessageWindow, message: Message): MessageWindow {
  if (window.state !== 'ready') return window
  if (message.seq === lastSeq(window) + 1) return { ...window, messages: [...window.messages, message] }
  const index = message.seq - firstSeq(window)
  const held = window.messages[index]
  if (!held || held.rev > message.rev) return window
  return { ...window, messages: window.messages.with(index, message) }
}

/** Joins a page to the range; a page that would leave a hole is not taken. */
export function withPage(window: MessageWindow, page: readonly Message[]): MessageWindow {
  const [first, last] = [firstSeq(window), lastSeq(window)]
  const older = page.filter(({ seq }) => seq < first)
  const newer = page.filter(({ seq }) => seq > last)
  if (window.messages.length === 0) return { ...window, messages: page }
  const joinsOlder = older.at(-1)?.seq === first - 1
  const joinsNewer = newer[0]?.seq === last + 1
  return {
    ...window,
    messages: [...(joinsOlder ? older : []), ...window.messages, ...(joinsNewer ? newer : [])],
  }
}

/** Lets go of what is beyond `most`, at the older or the newer side. */
export function trimmed(window: MessageWindow, side: 'older' | 'newer', most: number): MessageWindow {
  const { messages } = window
  if (messages.length <= most) return window
  return { ...window, messages: side === 'older' ? messages.slice(-most) : messages.slice(0, most) }
}
