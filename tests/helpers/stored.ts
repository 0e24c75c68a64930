// What a server has stored, looked at past the server.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readDatabase } from './mongo.ts'
import type { TestServer } from './server.ts'

/** All of it, as bytes: the files of its folder, and on MongoDB every document. */
export async function readStored({ dataDir, mongodbUri }: TestServer): Promise<Buffer> {
  const files = (await readdir(dataDir)).map((name) => readFile(join(dataDir, name)))
  const documents = mongodbUri === undefined ? '' : JSON.stringify(await readDocuments(mongodbUri))
  return Buffer.concat([...(await Promise.all(files)), Buffer.from(documents)])
}

// --- Internal helpers ---

function readDocuments(uri: string) {
  return readDatabase(uri, async (database) =>
    Promise.all((await database.collections()).map((collection) => collection.find().toArray())),
  )
}
