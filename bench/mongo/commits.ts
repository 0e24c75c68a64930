// What a mongod committed: how many transactions, and when each message was.
import mongoose from 'mongoose'

const { MongoClient, Timestamp } = mongoose.mongo

export interface Commits {
  /** How many transactions there were so far. */
  count: () => Promise<number>
  /**
   * When each message that was stored since an instant was committed on the primary, by the clock of its machine, in
   * milliseconds. It tells whole ones only, so the middle of each is given.
   */
  instantsSince: (instant: number) => Promise<Map<string, number>>
}

/** Looks into the mongod at an address, whose database holds the messages. */
export function watchCommits(uri: string): Commits {
  const client = new MongoClient(uri)
  const oplog = client.db('local').collection('oplog.rs')
  const messages = `${client.db().databaseName}.messages`
  return {
    async count() {
      const { transactions } = await client.db('admin').command({ serverStatus: 1 })
      return Number(transactions.totalCommitted)
    },
    async instantsSince(instant) {
      const found = oplog.aggregate<{ id: string; wall: Date }>([
        { $match: { ts: { $gte: new Timestamp({ t: Math.floor(instant / 1000), i: 0 }) } } },
        { $match: { 'o.applyOps.ns': messages } },
        { $unwind: '$o.applyOps' },
        { $match: { 'o.applyOps.ns': messages, 'o.applyOps.op': 'i' } },
        { $project: { id: '$o.applyOps.o._id', wall: 1 } },
      ])
      return new Map((await found.toArray()).map(({ id, wall }) => [id, wall.getTime() + HALF_MS]))
    },
  }
}

// --- Internal helpers ---

const HALF_MS = 0.5
