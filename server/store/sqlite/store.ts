// The embedded store: the port's methods, each one operation of the writer or one read.
import type { Instant } from '#rufer/shared/model/instant.ts'
import { StoreError, type ChatStore } from '../port.ts'
import { pruneChanges } from './changes.ts'
import { getConversations, listConversations, openConversation, getPeers } from './conversations.ts'
import type { Database } from './database.ts'
import { toStoreError } from './failure.ts'
import { createFeed, type Feed } from './feed.ts'
import { appendMessage, getMessage, listMessages } from './messages.ts'
import { putPresence, renewLease } from './presences.ts'
import { moveReceipt } from './receipts.ts'
import { listRevisions } from './revisions.ts'
import { peekSecret, pruneSecrets, putSecret, takeSecret, voidSecrets } from './secrets.ts'
import { getUsers, putUser } from './users.ts'
import { createWriter, type Writer } from './writer.ts'

/** Makes the store on a database of the current schema. Closing it closes the database, too, and then calls `release`. */
export function createSqliteStore(database: Database, release: () => void = () => undefined): ChatStore {
  const feed = createFeed(database)
  const writer = createWriter(database, feed.wake)
  const { write } = writer
  let closed: Promise<void> | undefined

  function readNow<Result>(query: () => Result): Result {
    if (closed) throw new StoreError('store-unavailable')
    try {
      return query()
    } catch (error) {
      throw toStoreError(error)
    }
  }

  async function read<Result>(query: () => Result): Promise<Result> {
    return readNow(query)
  }

  return {
    engine: 'sqlite',
    putUser: (user, at) => write(() => putUser(database, user, at)),
    getUsers: (userIds) => read(() => getUsers(database, userIds)),
    getPeers: (userId, among) => read(() => getPeers(database, userId, among)),
    putPresence: (presence) => write(() => putPresence(database, presence)),
    renewLease: (at) => write(() => renewLease(database, at)),
    openConversation: (userIds, at) => write(() => openConversation(database, userIds, at)),
    getConversations: (conversationIds) => read(() => getConversations(database, conversationIds)),
    listConversations: (query) => read(() => listConversations(database, query)),
    appendMessage: (draft) => write(() => appendMessage(database, draft)),
    getMessage: (id) => read(() => getMessage(database, id)),
    listMessages: (query) => read(() => listMessages(database, query)),
    listRevisions: (query) => read(() => listRevisions(database, query)),
    moveReceipt: (move) => write(() => moveReceipt(database, move)),
    putSecret: (secret, at, allowance) => write(() => putSecret(database, { secret, at, allowance })),
    peekSecret: (key, at) => read(() => peekSecret(database, key, at)),
    takeSecret: (key, at) => write(() => takeSecret(database, key, at)),
    voidSecrets: (which) => write(() => voidSecrets(database, which)),
    watch: (signal) => readNow(() => feed.watch(signal)),
    prune: (before) => prune({ database, feed, writer }, before),
    close: () => (closed ??= close({ database, feed, writer }).finally(release)),
  }
}

// --- helpers ---

interface Parts {
  database: Database
  feed: Feed
  writer: Writer
}

/** In small steps, between which other operations get their turn. */
async function prune(
  { database, feed, writer }: Parts,
  { changesBefore, now }: { changesBefore: Instant; now: Instant },
) {
  await repeat(() =>
    writer.write(() => pruneChanges(database, { before: changesBefore, through: feed.seenByAll() })),
  )
  await repeat(() => writer.write(() => pruneSecrets(database, now)))
}

async function repeat(step: () => Promise<boolean>): Promise<void> {
  if (await step()) await repeat(step)
}

async function close({ database, feed, writer }: Parts) {
  await writer.drain()
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } finally {
    database.close()
    feed.wake()
  }
}
