// Fills the file of a stopped server with messages of one user, straight into its tables: a million take seconds that way.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DATABASE } from '#rufer/server/store/sqlite/files.ts'
import { openSqliteStore } from '#rufer/server/store/sqlite/open.ts'

/**
 * Half of the messages are in one conversation, the others in many. They keep the rules of the data: `npm run check`
 * finds nothing wrong.
 *
 * @returns the user's id
 */
export async function fillUser(dataDir: string, messages: number): Promise<string> {
  const half = Math.ceil(messages / 2)
  const each = Math.floor((messages - half) / OTHERS)
  const counts = [messages - OTHERS * each, ...Array.from({ length: OTHERS }, () => each)]
  const ids = await openConversations(dataDir)
  const database = new DatabaseSync(join(dataDir, DATABASE))
  try {
    database.exec('PRAGMA synchronous = OFF; BEGIN')
    for (const [index, id] of ids.entries()) fillConversation(database, id, counts[index] ?? 0)
    database.exec('COMMIT')
  } finally {
    database.close()
  }
  return USER
}

// --- Internal helpers ---

const USER = 'alice'
const OTHERS = 100
const AT = '2026-01-01T00:00:00.000Z'

async function openConversations(dataDir: string): Promise<string[]> {
  const store = await openSqliteStore({ dataDir, sqliteSync: 'normal' })
  try {
    await store.putUser({ userId: USER, displayName: USER }, AT)
    const peers = Array.from({ length: OTHERS + 1 }, (_, index) => `peer-${String(index).padStart(3, '0')}`)
    return await Promise.all(
      peers.map(async (userId) => {
        await store.putUser({ userId, displayName: userId }, AT)
        const opened = await store.openConversation([USER, userId], AT)
        if (!('conversation' in opened)) throw new Error('unable to fill the store; a user is missing')
        return opened.conversation.id
      }),
    )
  } finally {
    await store.close()
  }
}

function fillConversation(database: DatabaseSync, conversationId: string, count: number) {
  const values = { conversationId, count, at: AT }
  database
    .prepare(
      `WITH RECURSIVE place (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM place WHERE seq < :count)
       INSERT INTO messages (conversation_id, seq, rev, id, sender_id, created_at, overtakes, text)
       SELECT :conversationId, seq, seq, ${UUID}, '${USER}', :at, 0, 'message ' || seq || hex(randomblob(40)) FROM place`,
    )
    .run(values)
  database
    .prepare('UPDATE conversations SET seq = :count, rev = :count WHERE conversation_id = :conversationId')
    .run({ conversationId, count })
  database
    .prepare(
      `UPDATE members SET read_seq = :count, delivered_seq = :count, read_at = :at, delivered_at = :at
       WHERE conversation_id = :conversationId AND user_id = '${USER}'`,
    )
    .run(values)
}

const UUID = `lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2)
  || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))`
