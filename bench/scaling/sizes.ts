// How large the tables and collections of a store are on disk.
import { DatabaseSync } from 'node:sqlite'
import type mongoose from 'mongoose'

/** Bytes. */
export interface Size {
  data: number
  indexes: number
}

export type Sizes = Record<Name, Size>

/** Of the database that the client's address names, as a checkpoint leaves it: compressed. */
export async function readMongoSizes(client: mongoose.mongo.MongoClient): Promise<Sizes> {
  await client.db('admin').command({ fsync: 1 })
  return readEach(async (name) => {
    const [stats] = await client
      .db()
      .collection(name)
      .aggregate<{ storageStats: { storageSize: number; totalIndexSize: number } }>([
        { $collStats: { storageStats: {} } },
      ])
      .toArray()
    if (!stats) throw new Error(`unable to measure; there is no ${name}`)
    return { data: stats.storageStats.storageSize, indexes: stats.storageStats.totalIndexSize }
  })
}

/** Of the file of the embedded store, which may be in use. */
export async function readSqliteSizes(path: string): Promise<Sizes> {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const ofPages = database.prepare(
      'SELECT sum(pgsize) AS bytes FROM dbstat JOIN sqlite_schema USING (name) WHERE tbl_name = ? AND type = ?',
    )
    const bytesOf = (name: Name, type: 'table' | 'index') => Number(ofPages.get(name, type)?.['bytes'] ?? 0)
    return await readEach(async (name) => ({
      data: bytesOf(name, 'table'),
      indexes: bytesOf(name, 'index'),
    }))
  } finally {
    database.close()
  }
}

// --- Internal helpers ---

type Name = 'messages' | 'receipts' | 'changes'

async function readEach(sizeOf: (name: Name) => Promise<Size>): Promise<Sizes> {
  return {
    messages: await sizeOf('messages'),
    receipts: await sizeOf('receipts'),
    changes: await sizeOf('changes'),
  }
}
