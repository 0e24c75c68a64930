// Opens the MongoDB store: looks whether the server will do, connects, and builds what is missing of collections and indexes.
import { randomUUID } from 'node:crypto'
import mongoose from 'mongoose'
import type { Store } from '../duties.ts'
import type { CommitMeter } from '../group-commit.ts'
import { APP_NAME } from './abandoned.ts'
import { createChangeStreams } from './change-streams.ts'
import { checkServer } from './check.ts'
import { openCollections } from './models.ts'
import { createPlace } from './place.ts'
import { createMongoStore } from './store.ts'

const { MongoClient } = mongoose.mongo

/**
 * Opens the store of one process; any number of processes may share a database.
 *
 * @throws an Error of one readable line that says what to do, and never the address, which may hold a password
 */
export async function openMongoStore(
  uri: string,
  { hasWebhooks = false, meter }: { hasWebhooks?: boolean; meter?: CommitMeter | undefined } = {},
): Promise<Store> {
  const dbName = databaseOf(uri)
  await checkServer(uri, dbName)
  const connection = mongoose.createConnection(uri, { ...options, dbName, bufferCommands: false })
  const feedClient = new MongoClient(uri, { ...options, ...feedOptions })
  const disconnect = async () => {
    await Promise.all([connection.close(), feedClient.close()])
  }
  try {
    await connection.asPromise()
    const collections = await openCollections(connection, { hasWebhooks })
    const streams = createChangeStreams(feedClient.db(dbName))
    const place = createPlace(await streams.now())
    return createMongoStore({
      client: connection.getClient(),
      collections,
      streams,
      place,
      processId: randomUUID(),
      disconnect,
      meter,
    })
  } catch (error) {
    await disconnect()
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`unable to open the store at MONGODB_URI; ${reason}`, { cause: error })
  }
}

// --- helpers ---

/**
 * Selection outlasts an election; a server that pauses is noticed within the other two together. What a majority does not
 * have yet may be lost again, so it is neither taken for stored nor shown.
 */
const options = {
  appName: APP_NAME,
  serverSelectionTimeoutMS: 15_000,
  connectTimeoutMS: 2_000,
  heartbeatFrequencyMS: 1_000,
  maxPoolSize: 50,
  writeConcern: { w: 'majority' },
  readConcern: { level: 'majority' },
} as const
/** A stream that goes over to another server first waits for the one that is gone. */
const feedOptions = { serverSelectionTimeoutMS: 2_000, maxPoolSize: 5 }

const DATABASE = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]+)/

/** Its own name, where the address has none, rather than the driver's `test`. */
function databaseOf(uri: string) {
  const name = DATABASE.exec(uri)?.[1]
  return name === undefined ? 'rufer' : decodeURIComponent(name)
}
