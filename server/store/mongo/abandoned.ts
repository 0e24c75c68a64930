// Abandoned transactions: what a process had begun when it was killed, or stood still, keeps all others from what it wrote.
import type mongoose from 'mongoose'

/** What the processes are called on the server. */
export const APP_NAME = 'rufer'

/**
 * Ends the transactions of Rufer that nobody has gone on with for 2 s; the server itself would wait for a minute.
 *
 * None of what they wrote is stored. A process that did go on with one begins anew.
 */
export async function endAbandoned(client: mongoose.mongo.MongoClient): Promise<void> {
  const database = client.db('admin')
  try {
    const found = await database
      .aggregate<{ lsid: { id: unknown } }>([idle, abandoned], { readConcern: { level: 'local' } })
      .toArray()
    if (found.length > 0) await database.command({ killSessions: found.map(({ lsid: { id } }) => ({ id })) })
  } catch {
    // where the server does not let one look it ends them itself, and whether it can be used others find out
  }
}

// --- helpers ---

const ABANDONED_MS = 2_000

/** Sessions of one's own user, which takes no privilege. */
const idle = { $currentOp: { idleSessions: true } }
const abandoned = {
  $match: {
    type: 'idleSession',
    appName: APP_NAME,
    'transaction.timeInactiveMicros': { $gte: ABANDONED_MS * 1_000 },
  },
}
