// What the store holds, read past the API.
import { join } from 'node:path'
import { openForReading } from '#rufer/server/store/sqlite/database.ts'
import type { Row } from '#rufer/server/store/sqlite/row.ts'
import { DATABASE } from '#rufer/server/store/sqlite/files.ts'
import type { Stored } from '#rufer/tests/faults/evidence.ts'
import { readDatabase } from '#rufer/tests/helpers/mongo.ts'

/** The conversations with these ids, with everything in them, on MongoDB. */
export function readMongo(uri: string, conversationIds: readonly string[]): Promise<Stored> {
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

/** The same on the embedded engine. */
export function readSqlite(dataDir: string, conversationIds: readonly string[]): Stored {
  const database = openForReading(join(dataDir, DATABASE))
  const ids = { ids: JSON.stringify(conversationIds) }
  const within = 'WHERE conversation_id IN (SELECT value FROM json_each(:ids))'
  try {
    return {
      conversations: database
        .all(`SELECT conversation_id AS id, seq, rev FROM conversations ${within}`, ids)
        .map((row) => ({ id: row.text('id'), seq: row.number('seq'), rev: row.number('rev') })),
      messages: database
        .all(`SELECT *, coalesce(updated_rev, rev) AS last_rev FROM messages ${within}`, ids)
        .map(toStored),
      receipts: database.all(`SELECT * FROM receipts ${within}`, ids).map((row) => ({
        conversationId: row.text('conversation_id'),
        userId: row.text('user_id'),
        rev: row.number('rev'),
        deliveredSeq: row.number('delivered_seq'),
        readSeq: row.number('read_seq'),
      })),
    }
  } finally {
    database.close()
  }
}

// --- Internal helpers ---

function toStored(row: Row): Stored['messages'][number] {
  const deletedAt = row.textOrNull('deleted_at')
  return {
    id: row.text('id'),
    conversationId: row.text('conversation_id'),
    seq: row.number('seq'),
    rev: row.number('last_rev'),
    senderId: row.text('sender_id'),
    text: row.text('text'),
    ...(deletedAt !== null && { deletedAt }),
  }
}

function named(document: { _id: string }) {
  const { _id: id } = document
  return Object.assign(document, { id })
}
