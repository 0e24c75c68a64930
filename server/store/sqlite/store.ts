// The embedded store: the port's methods, each one operation of the writer or one read.
import { StoreError, type ChatStore } from '../port.ts'
import { createChangeFeed } from './changes.ts'
import { createConversations } from './conversations.ts'
import type { Database } from './database.ts'
import { toStoreError } from './failure.ts'
import { createMessages } from './messages.ts'
import { createReceipts } from './receipts.ts'
import { listRevisions } from './revisions.ts'
import { createSecrets } from './secrets.ts'
import { createUsers } from './users.ts'
import { createWriter } from './writer.ts'

/** Makes the store on a database of the current schema. Closing it closes the database, too, and then calls `release`. */
export function createSqliteStore(database: Database, release: () => void = () => undefined): ChatStore {
  const changes = createChangeFeed(database)
  const conversations = createConversations(database, changes)
  const users = createUsers({ database, changes, conversations })
  const messages = createMessages({ database, changes, conversations })
  const receipts = createReceipts({ database, changes, conversations })
  const secrets = createSecrets(database)
  const { write, drain } = createWriter(database, changes.wake)
  let closed: Promise<void> | undefined

  /** Reads see what is committed: no transaction is ever open while other code runs. */
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

  async function close() {
    await drain()
    changes.close()
    try {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } finally {
      database.close()
      release()
    }
  }

  return {
    engine: 'sqlite',
    putUser: (user, at) => write(() => users.put(user, at)),
    getUsers: (userIds) => read(() => users.get(userIds)),
    putPresence: (presence) => write(() => users.putPresence(presence)),
    renewLease: (at) => write(() => users.renewLease(at)),
    openConversation: (userIds, at) => write(() => conversations.open(userIds, at)),
    getConversations: (conversationIds) => read(() => conversations.get(conversationIds)),
    listConversations: (query) => read(() => conversations.list(query)),
    appendMessage: (draft) => write(() => messages.append(draft)),
    getMessage: (id) => read(() => messages.get(id)),
    listMessages: (query) => read(() => messages.list(query)),
    listRevisions: (query) => read(() => listRevisions(database, query)),
    moveReceipt: (move) => write(() => receipts.move(move)),
    putSecret: (secret, at, allowance) => write(() => secrets.put(secret, at, allowance)),
    peekSecret: (key, at) => read(() => secrets.peek(key, at)),
    takeSecret: (key, at) => write(() => secrets.take(key, at)),
    voidSecrets: (which) => write(() => secrets.void(which)),
    watch: (signal) => readNow(() => changes.watch(signal)),
    async prune({ changesBefore, now }) {
      await repeat(() => write(() => changes.prune(changesBefore)))
      await repeat(() => write(() => secrets.prune(now)))
    },
    close: () => (closed ??= close()),
  }
}

/** Does a long work in small steps, between which others get their turn, until one says that it was the last. */
async function repeat(step: () => Promise<boolean>): Promise<void> {
  if (await step()) await repeat(step)
}
