// Watching presence: a connection's subscriptions to the presence of others.
import { WATCHED } from '#rufer/shared/protocol/limits.ts'
import type { Connection } from './connection.ts'
import type { Hub } from './hub.ts'

/** Subscribes a connection to users' presence; false, and none of them, when it would watch too many. */
export function watchPresence(hub: Hub, connection: Connection, userIds: string[]): boolean {
  const added = new Set(userIds.filter((userId) => !connection.topics.has(`presence:${userId}`)))
  // one topic is the connection's own user
  if (connection.topics.size - 1 + added.size > WATCHED) return false
  for (const userId of added) hub.subscribe(connection, `presence:${userId}`)
  return true
}
