// Change streams of the database: what is inserted into the collections that are only ever inserted into.
import mongoose from 'mongoose'
import type { ChangeDocument, SignDocument } from './models.ts'

const { Timestamp } = mongoose.mongo
type Timestamp = mongoose.mongo.Timestamp
type Told = ChangeDocument | SignDocument
/** Its token sorts after those of all that came before. */
type Inserted = mongoose.mongo.ChangeStreamInsertDocument<Told> & { _id: { _data: string } }

/** Where a stream begins: at a time, or after an event that another one gave. */
export type Start = { startAtOperationTime: Timestamp } | { resumeAfter: unknown }

export interface ChangeStreams {
  open: (start: Start) => ChangeStream
  /** Where the order of all writes stands. */
  now: () => Promise<Timestamp>
}

/** Takes itself up again after a short cut; asking for more rejects where it cannot. */
interface ChangeStream extends AsyncIterable<Pick<Inserted, '_id' | 'clusterTime' | 'fullDocument'>> {
  /** after the last event that was asked for, and later while there is none */
  readonly resumeToken: unknown
  /** Never rejects: what becomes of it on the server does not matter any more. */
  close: () => Promise<void>
}

export function createChangeStreams(database: mongoose.mongo.Db): ChangeStreams {
  return {
    open(start) {
      const stream = database.watch<Told, Inserted>([inserted], { ...start, ...options })
      return {
        get resumeToken() {
          return stream.resumeToken
        },
        [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator](),
        close: () => stream.close().catch(() => undefined),
      }
    },
    async now() {
      const { operationTime } = await database.command({ ping: 1 })
      if (operationTime instanceof Timestamp) return operationTime
      throw new Error('the server tells no operation time')
    },
  }
}

// --- helpers ---

/** Of the whole database, so that the stream outlives a collection that is dropped and made again. */
const inserted = { $match: { operationType: 'insert', 'ns.coll': { $in: ['changes', 'ephemeral'] } } }
const options = { batchSize: 500, maxAwaitTimeMS: 500 }
