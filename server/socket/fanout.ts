// Fan-out: what the feed tells becomes an event, encoded once, and goes to the connections it is for.
import type { Typing } from '#rufer/server/services/signals.ts'
import type { Change } from '#rufer/server/store/port.ts'
import type { Presence } from '#rufer/shared/model/presence.ts'
import { toConversation } from '#rufer/shared/model/conversation.ts'
import type { Connection } from './connection.ts'
import { encodeEvent } from './encode.ts'
import type { Hub } from './hub.ts'
import { watchPresence } from './watching.ts'

export interface Fanout {
  presenceChanged(presence: Presence): void
  typingStarted(typing: Typing): void
  typingStopped(typing: Typing): void
  /** Tells every connection of every member of a stored change; gives how many. */
  fanOut(change: Change): number
}

export function createFanout(hub: Hub): Fanout {
  const tellTyping = (
    event: 'typing.started' | 'typing.stopped',
    { conversationId, userId, recipients }: Typing,
  ) => sendAll(toUsers(hub, recipients), encodeEvent(event, { conversationId, userId }))

  return {
    fanOut(change) {
      for (const userId of change.recipients) watchOthers(hub, userId, change.recipients)
      if (change.kind === 'conversation.updated') return tellConversation(hub, change)
      const frame =
        change.kind === 'receipt.updated'
          ? encodeEvent('receipt.updated', { receipt: change.receipt })
          : encodeEvent(change.kind, { message: change.message })
      return sendAll(toUsers(hub, change.recipients), frame)
    },
    presenceChanged: (presence) =>
      void sendAll(hub.of(`presence:${presence.userId}`), encodeEvent('presence.changed', { presence })),
    typingStarted: (typing) => void tellTyping('typing.started', typing),
    typingStopped: (typing) => void tellTyping('typing.stopped', typing),
  }
}

// --- Internal helpers ---

function* toUsers(hub: Hub, userIds: string[]) {
  for (const userId of userIds) yield* hub.of(`user:${userId}`)
}

/** Everybody sees it with an unread count of their own. */
function tellConversation(hub: Hub, change: Change & { kind: 'conversation.updated' }) {
  let sent = 0
  for (const userId of change.recipients) {
    const conversation = toConversation(change.conversation, userId)
    sent += sendAll(hub.of(`user:${userId}`), encodeEvent('conversation.updated', { conversation }))
  }
  return sent
}

function sendAll(connections: Iterable<Connection>, frame: Buffer) {
  let sent = 0
  for (const connection of connections) {
    connection.send(frame)
    sent++
  }
  return sent
}

/** A conversation learned by an event is one whose members are watched. */
function watchOthers(hub: Hub, userId: string, members: string[]) {
  for (const connection of hub.of(`user:${userId}`)) {
    for (const other of members) if (other !== userId) watchPresence(hub, connection, [other])
  }
}
