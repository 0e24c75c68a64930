// The copy of a whole SQLite file into MongoDB: every document written, read back, and compared by number and digest.
import { createHash } from 'node:crypto'
import mongoose from 'mongoose'
import { openCollections, type Collections } from '#rufer/server/store/mongo/models.ts'
import type { Database } from '#rufer/server/store/sqlite/database.ts'
import { KINDS, readDocuments, type Document, type Kind } from './rows.ts'

/** What was found the same on both sides. */
export interface Copied {
  name: string
  count: number
}

/**
 * Copies into a database that holds nothing yet.
 *
 * @throws Error whose message ends a sentence, where it holds something, or something is not as it was written
 */
export async function copyEngine(database: Database, uri: string): Promise<Copied[]> {
  const dbName = new URL(uri).pathname.slice(1) || 'rufer'
  const connection = await mongoose
    .createConnection(uri, { dbName, writeConcern: { w: 'majority' }, serverSelectionTimeoutMS: 15_000 })
    .asPromise()
  try {
    const collections: Record<string, Collections[keyof Collections]> = {
      ...(await openCollections(connection)),
    }
    const targets = KINDS.map((kind) => ({ kind, target: toTarget(collections[kind.name]) }))
    for (const { kind, target } of targets) await requireEmpty(kind, target)
    const copied: Copied[] = []
    for (const { kind, target } of targets) copied.push(await copyKind(database, kind, target))
    return copied
  } finally {
    await connection.close()
  }
}

// --- Internal helpers ---

type Target = mongoose.mongo.Collection<Document>

const AT_ONCE = 1_000
const NOT_EMPTY =
  'the database at MONGODB_URI holds something already: name another one in the address, or drop it where an earlier try was cut off'

/** The collection of the driver, which takes documents as they are. */
function toTarget(collection: Collections[keyof Collections] | undefined): Target {
  const target: unknown = collection
  if (isTarget(target)) return target
  throw new Error('a collection is missing')
}

function isTarget(value: unknown): value is Target {
  return typeof value === 'object' && value !== null && 'insertMany' in value
}

async function requireEmpty({ name }: Kind, target: Target) {
  if (await target.findOne({})) throw new Error(`${NOT_EMPTY} (found: ${name})`)
}

async function copyKind(database: Database, kind: Kind, target: Target): Promise<Copied> {
  const meant = createTally()
  let batch: Document[] = []
  const write = async () => {
    // the driver puts an _id into what it is given
    if (batch.length > 0) await target.insertMany(batch.map((one) => ({ ...one })))
    batch = []
  }
  for (const document of readDocuments(database, kind)) {
    meant.add(document)
    batch.push(document)
    if (batch.length === AT_ONCE) await write()
  }
  await write()
  const found = createTally()
  const sort = Object.fromEntries(kind.key.map((name): [string, 1] => [name, 1]))
  for await (const document of target.find({}, { sort, readConcern: 'majority', allowDiskUse: true }))
    found.add(document)
  if (meant.digest() !== found.digest())
    throw new Error(`of the ${kind.name}, ${found.count()} of ${meant.count()} arrived, or not as they were`)
  return { name: kind.name, count: meant.count() }
}

/** How many there were, and a digest of all of them in their order, whatever the order of their fields. */
function createTally() {
  const hash = createHash('sha256')
  let count = 0
  return {
    add(document: Document) {
      // one that the driver made says nothing
      const { _id, ...rest } = document
      count++
      hash.update(`${toText(typeof _id === 'string' ? { _id, ...rest } : rest)}\n`)
    },
    count: () => count,
    digest: () => `${count}:${hash.copy().digest('hex')}`,
  }
}

function toText(document: Document) {
  return JSON.stringify(document, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  )
}
