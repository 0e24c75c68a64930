// What a server must be, looked at before anything is built on it.
import mongoose from 'mongoose'

const { MongoClient, MongoServerSelectionError, MongoServerError, MongoParseError, MongoCompatibilityError } =
  mongoose.mongo

/**
 * Looks whether the server is a replica set of MongoDB 6.0 or later whose database this process may use.
 *
 * @throws an Error of one readable line that says what to do
 */
export async function checkServer(uri: string, dbName: string): Promise<void> {
  try {
    const client = new MongoClient(uri, {
      serverSelectionTimeoutMS: PATIENCE_MS,
      connectTimeoutMS: PATIENCE_MS,
    })
    try {
      // which must be allowed to; a server that asks for a password would answer hello without one
      await client.db(dbName).command({ listCollections: 1, nameOnly: true })
      const fault = faultOf(await client.db('admin').command({ hello: 1 }))
      if (fault !== undefined) throw new Error(fault)
    } finally {
      await client.close()
    }
  } catch (error) {
    throw new Error(`unable to open the store at MONGODB_URI; ${toReason(error)}`, { cause: error })
  }
}

/** What keeps a server, by its answer to `hello`, from being used; undefined where nothing does. */
export function faultOf(hello: mongoose.mongo.Document): string | undefined {
  if (hello['msg'] === 'isdbgrid') {
    return 'it is a sharded cluster, over which message ids cannot be kept unique: give the address of one replica set'
  }
  if (Number(hello['maxWireVersion']) < WIRE_VERSION_6_0) {
    return TOO_OLD
  }
  if (hello['setName'] === undefined) {
    return (
      'it is a standalone server, which has no transactions: start it with --replSet rs, ' +
      'run rs.initiate() once in mongosh, and add ?replicaSet=rs to the address'
    )
  }
  return undefined
}

// --- helpers ---

const PATIENCE_MS = 5_000
const WIRE_VERSION_6_0 = 17
const TOO_OLD = 'its MongoDB is too old: run version 6.0 or later'
const UNAUTHORIZED = 13
const ADDRESS_ADVICE =
  'set one such as mongodb://user:password@localhost:27017/rufer?replicaSet=rs, with special characters in % encoding'
const AUTHENTICATION_FAILED = 18

function toReason(error: unknown): string {
  if (error instanceof MongoParseError) return `an option in it cannot be used: ${error.message}`
  if (error instanceof MongoServerSelectionError) {
    // one that is very old the driver does not talk to at all
    if (error.reason?.error instanceof MongoCompatibilityError) return TOO_OLD
    return `no primary of the replica set answered within 5 s (${error.message}): check that it runs, its address, its set's name, and TLS`
  }
  if (error instanceof MongoServerError) return `it refused: ${toRefusal(error)}`
  if (!(error instanceof Error)) return String(error)
  // of what cannot be read as an address nothing is repeated: a password may be in it
  return error.name === 'MongoParseError' ? `it is no address: ${ADDRESS_ADVICE}` : error.message
}

function toRefusal({ code, message }: mongoose.mongo.MongoServerError) {
  if (code === AUTHENTICATION_FAILED) return 'the user or password in it is wrong'
  if (code === UNAUTHORIZED) {
    return 'its user may not use the database: give a user and password in the address, and that user the role readWrite'
  }
  return message
}
