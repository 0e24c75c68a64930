// What tests on MongoDB share: a database of their own, and being skipped where there is no mongod.
import { randomUUID } from 'node:crypto'
import mongoose from 'mongoose'
import { beforeEach, inject } from 'vitest'

/**
 * The MongoDB of this test's project: null where there is no mongod, undefined where the project needs none. Scripts that use
 * these helpers outside of vitest, which alone sets `import.meta.env`, have none either.
 */
export const mongodbUri = import.meta.env ? inject('mongodbUri') : undefined

/** Whether there is a MongoDB to test on. */
export const hasMongo = mongodbUri !== null

/** The address of a database that nobody has used yet. */
export function newDatabaseUri(): string {
  if (!mongodbUri) throw new Error('unable to test on MongoDB; there is no mongod')
  return mongodbUri.replace('/?', `/rufer-${randomUUID()}?`)
}

/** Skips the tests of this file, or those with such names, where there is no mongod. */
export function skipWithoutMongo(names = /^/): void {
  beforeEach(({ task, skip }) => skip(!hasMongo && names.test(task.name), 'no mongod was found'))
}

/** Removes all that was stored in a database; its collections and indexes stay. */
export async function emptyDatabase(uri: string): Promise<void> {
  await readDatabase(uri, async (database) =>
    Promise.all((await database.collections()).map((collection) => collection.deleteMany({}))),
  )
}

/** Looks into a database past the store. */
export async function readDatabase<Result>(
  uri: string,
  read: (database: mongoose.mongo.Db) => Promise<Result>,
): Promise<Result> {
  const client = new mongoose.mongo.MongoClient(uri)
  try {
    return await read(client.db())
  } finally {
    await client.close()
  }
}
