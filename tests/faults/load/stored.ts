// What the store holds, read past the API: on MongoDB.
import type { Stored } from '#rufer/tests/faults/evidence.ts'
import { readDatabase } from '#rufer/tests/helpers/mongo.ts'

/** The conversations with these ids, with everything in them. */
export function readStored(uri: string, conversationIds: readonly string[]): Promise<Stored> {
  const within = { conversationId: { $in: [...conversationIds] } }
  return readDatabase(uri, async (database) => ({
    conversations: await database
      .collection<{ _id: string }>('conversations')
      .find({ _id: { $in: [...conversationIds] } })
      .map((document) => named(document) as unknown as Stored['conversations'][number])
      .toArray(),
    messages: await database
      .collection<{ _id: string }>('messages')
      .find(within)
      .map((document) => named(document) as unknown as Stored['messages'][number])
      .toArray(),
    receipts: await database
      .collection('receipts')
      .find(within)
      .map((document) => document as unknown as Stored['receipts'][number])
      .toArray(),
  }))
}

// --- Internal helpers ---

function named(document: { _id: string }) {
  const { _id: id } = document
  return Object.assign(document, { id })
}
