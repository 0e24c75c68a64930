// The hub: which connections are open, by topic. Topics never leave this folder.
import type { Connection, Topic } from './connection.ts'

export type Hub = ReturnType<typeof createHub>

/** A registry whose cost follows the subscribers of a topic, not all connections. */
export function createHub() {
  const all = new Set<Connection>()
  const topics = new Map<Topic, Set<Connection>>()
  return {
    /** Every open connection. */
    all: (): ReadonlySet<Connection> => all,
    /** The connections subscribed to a topic. */
    of: (topic: Topic): ReadonlySet<Connection> => topics.get(topic) ?? NONE,

    add(connection: Connection) {
      all.add(connection)
    },

    subscribe(connection: Connection, topic: Topic) {
      const subscribers = topics.get(topic) ?? new Set()
      subscribers.add(connection)
      topics.set(topic, subscribers)
      connection.topics.add(topic)
    },

    /** Forgets an ended connection and its subscriptions. */
    remove(connection: Connection) {
      all.delete(connection)
      for (const topic of connection.topics) {
        const subscribers = topics.get(topic)
        subscribers?.delete(connection)
        if (subscribers?.size === 0) topics.delete(topic)
      }
      connection.topics.clear()
    },
  }
}

// --- Internal helpers ---

const NONE: ReadonlySet<Connection> = new Set()
