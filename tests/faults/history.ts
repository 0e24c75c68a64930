// History: what every client of a run asked for, was answered and saw, in the order it happened; the checker judges it.
import { writeFileSync } from 'node:fs'
import type { ConnectionStatus } from '#rufer/client/status.ts'
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { ChatEvent } from '#rufer/shared/protocol/events.ts'

/** What a client asked for. */
export type Ask =
  | { method: 'message.send'; id: string; conversationId: string; text: string }
  | { method: 'receipt.update'; conversationId: string; deliveredSeq?: number; readSeq?: number }
  | { method: 'typing.start' | 'typing.stop' | 'message.list' | 'conversation.get'; conversationId: string }
  /** an upgrade with a session token; `isSound`: one that was given out, and not before its time was over */
  | { method: 'connect'; token: string; isSound: boolean }
  /** what a back end asks for an erased user, who is to be refused everywhere */
  | { method: 'come-back'; what: string }
  /** something no sound client sends */
  | { method: 'nonsense'; what: string }

/** What it was answered. */
export interface Answer {
  /** of `message.send` */
  message?: Message
  /** of `message.list` */
  messages?: Message[]
  /** of `receipt.update` */
  deliveredSeq?: number
  readSeq?: number
  /** of nonsense: the error or close code */
  code?: string | number
}

export type Happening =
  | { type: 'invoke'; call: number; ask: Ask }
  | { type: 'ok'; call: number; answer: Answer }
  /** a definite error: it was not done */
  | { type: 'fail'; call: number; code: string | number }
  /** done once or not at all */
  | { type: 'unknown'; call: number; code: string | number }
  /** from here on the client follows a conversation that stands as given, all of whose messages it has */
  | { type: 'loaded'; conversation: Conversation; messages: Message[] }
  /** what the client told whoever uses it */
  | { type: 'event'; event: ChatEvent }
  | { type: 'status'; state: ConnectionStatus['state'] }
  /** what came over a connection, whatever the client made of it */
  | { type: 'wire'; connectionId: string; event: ChatEvent }
  | { type: 'opened'; connectionId: string }
  | { type: 'closed'; connectionId: string; code: number }
  /** of the entry's user, by the back end; `done` tells how many messages were emptied */
  | { type: 'erasure'; what: 'begun' }
  | { type: 'erasure'; what: 'done'; messages: number }
  /** of a server, as a client of the name that it is known by */
  | { type: 'process'; what: 'started' | 'killed' | 'stopping' }
  | { type: 'process'; what: 'ended'; code: number | null }
  | { type: 'process'; what: 'unhandled'; line: string }
  | { type: 'memory'; when: 'before' | 'under load' | 'after'; rssBytes: number; unsentBytes: number }

export type Entry = {
  /** ms since the run began, in the monotonic clock */
  at: number
  /** such as "alice/phone"; of a server its name */
  device: string
  /** empty for a server */
  userId: string
} & Happening

/** Adds to the history in the name of one client. */
export type Recorder = (happening: Happening) => void

export interface History {
  entries: readonly Entry[]
  /** ms since the run began */
  now: () => number
  /** A recorder for a client, or for a server. */
  as: (device: string, userId: string) => Recorder
  /** A number for the next call. */
  nextCall: () => number
  /** Writes it as one line of JSON an entry. */
  save: (path: string) => void
}

export function createHistory(): History {
  const began = performance.now()
  const now = () => performance.now() - began
  const entries: Entry[] = []
  let calls = 0
  return {
    entries,
    now,
    as: (device, userId) => (happening) => entries.push({ at: now(), device, userId, ...happening }),
    nextCall: () => ++calls,
    save: (path) => writeFileSync(path, entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')),
  }
}
