// Files of earlier versions: opened by this one, they hold what they held.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import type { ChatStore } from '#rufer/server/store/port.ts'
import { openStore } from '#rufer/server/store/open.ts'
import { checkFile } from '#rufer/server/store/sqlite/check.ts'
import { migrations } from '#rufer/server/store/sqlite/migrations.ts'
import { makeFolder, openDirect } from './harness.ts'

const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`

async function open(dataDir: string) {
  const store = await openStore({ dataDir, sqliteSync: 'normal' })
  onTestFinished(() => store.close())
  return store
}

/** Messages that were delivered, read, answered unread and not seen, in every order that moves a marker. */
async function talk(store: ChatStore, conversationId: string) {
  const target = { conversationId }
  const say = (senderId: string, second: number) =>
    store.appendMessage({ id: randomUUID(), senderId, target, text: `at ${second}`, at: at(second) })
  await say('alice', 1)
  await say('alice', 2)
  await store.moveReceipt({ conversationId, userId: 'bob', deliveredSeq: 2, at: at(3) })
  await store.moveReceipt({ conversationId, userId: 'bob', readSeq: 1, at: at(4) })
  await say('bob', 5)
  await say('bob', 6)
  await say('alice', 7)
  await store.moveReceipt({ conversationId, userId: 'bob', readSeq: 5, at: at(8) })
  await say('bob', 9)
}

/** All that can be read of a conversation. */
async function read(store: ChatStore, conversationId: string) {
  const revs = Array.from({ length: 10 }, (_, rev) => rev)
  return {
    conversation: await store.getConversations({ ids: [conversationId] }),
    history: await store.listMessages({ conversationId, limit: 99 }),
    revisions: await Promise.all(
      revs.map((afterRev) => store.listRevisions({ conversationId, afterRev, throughRev: 99, limit: 99 })),
    ),
  }
}

/** The rows of a file, in one of version 1. */
function writeFirstVersion(path: string, from: string) {
  const database = new DatabaseSync(path)
  database.exec(`${migrations[0]} PRAGMA user_version = 1; ATTACH '${from}' AS present;
    INSERT INTO users SELECT user_id, display_name, avatar_url, last_seen_at, online_at FROM present.users;
    INSERT INTO conversations SELECT * FROM present.conversations;
    INSERT INTO members SELECT * FROM present.members;
    INSERT INTO messages SELECT id, conversation_id, seq, rev, sender_id, created_at, text FROM present.messages;
    INSERT INTO receipts SELECT conversation_id, rev, user_id, delivered_seq, delivered_at, read_seq, read_at
      FROM present.receipts;
    INSERT INTO changes SELECT * FROM present.changes;`)
  database.close()
}

test('of version 1: all of a conversation, and it goes on', async () => {
  const [present, earlier] = [await makeFolder(), await makeFolder()]
  const store = await open(present)
  const conversationId = await openDirect(store)
  await talk(store, conversationId)
  const before = await read(store, conversationId)
  expect(before.history.messages).toHaveLength(6)
  await store.close()

  const path = join(earlier, 'rufer.db')
  writeFirstVersion(path, join(present, 'rufer.db'))
  expect(checkFile(path).toArray()).toEqual([
    { name: 'the file is whole', faults: [] },
    { name: 'its rules are checked once a start has brought it to this version', faults: [] },
  ])
  const reopened = await open(earlier)
  expect(await read(reopened, conversationId)).toEqual(before)
  await talk(reopened, conversationId)
  const faults = checkFile(path).filter((finding) => finding.faults.length > 0)
  expect(faults.toArray()).toEqual([])
})
