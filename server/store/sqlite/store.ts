// The embedded store: the port's methods, each one operation of the writer or one read.
import { randomUUID } from 'node:crypto'
import type { Store } from '../duties.ts'
import { StoreError } from '../port.ts'
import type { CommitMeter } from '../group-commit.ts'
import { createCheckpoints, type Checkpoints } from './checkpoints.ts'
import { listConversations, lookUpConversations, openConversation } from './conversations.ts'
import type { Database } from './database.ts'
import { createDurability, type Durability, type Disk } from './durability.ts'
import { toStoreError } from './failure.ts'
import { createFeed, type Feed } from './feed.ts'
import { createDuties } from './duties.ts'
import { createOutbox } from './outbox.ts'
import { getMemberIds } from './memberships.ts'
import { appendMessage, getMessage, listMessages } from './messages.ts'
import { putPresences, renewLease } from './presences.ts'
import { moveReceipt } from './receipts.ts'
import { listRevisions } from './revisions.ts'
import { peekSecret, putSecret, takeSecret, voidSecrets } from './secrets.ts'
import { getUsers, putUser } from './users.ts'
import { createWriter, type Writer } from './writer.ts'

export interface StoreOptions {
  /** once it is closed, and its database with it */
  release?: () => void
  /** what went wrong behind the calls, and will be tried again */
  onFailure?: ((error: unknown) => void) | undefined
  /** by how many pages the log grows before they are moved into the file */
  longLog?: number
  meter?: CommitMeter | undefined
  /** how the log is brought to the disk */
  disk?: Disk
}

/** Makes the store on a database of the current schema. Closing it closes the database, too. */
export function createSqliteStore(
  database: Database,
  { release = () => undefined, onFailure = () => undefined, longLog, meter, disk }: StoreOptions = {},
): Store {
  const durability = createDurability(database, disk)
  const feed = createFeed(database, durability)
  const checkpoints = createCheckpoints(database, { onFailure, long: longLog })
  const onCommitted = [feed.wake, checkpoints.committed]
  const writer = createWriter(database, { durability, onCommitted, meter })
  const { write } = writer
  const processId = randomUUID()
  let closed: Promise<void> | undefined
  const { read, readNow } = createReads(() => closed === undefined, durability)

  return {
    engine: 'sqlite',
    processId,
    putUser: (user, at) => putUser({ database, write }, user, at),
    getUsers: (userIds, peerOf) => read(() => getUsers(database, userIds, peerOf)),
    putPresences: async (marks) => {
      for (const { at, presence } of await write(() => putPresences(database, marks)))
        feed.tell({ kind: 'presence.changed', presence, processId, at })
    },
    renewLease: (at) => write(() => renewLease(database, at)),
    openConversation: (userIds, at) => write(() => openConversation(database, userIds, at)),
    getConversations: (lookup) => read(() => lookUpConversations(database, lookup)),
    getMemberIds: (conversationId) => read(() => getMemberIds(database, conversationId)),
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
    tell: async (sign) =>
      readNow(() => {
        feed.tell(sign)
        return 1
      }),
    duties: createDuties(database, { read, write, checkpoints, seenByAll: feed.seenByAll }),
    outbox: createOutbox(database, { read, write }),
    watch: (signal) => readNow(() => feed.watch(signal)),
    close: () => (closed ??= close({ database, durability, feed, writer, checkpoints }).finally(release)),
  }
}

// --- helpers ---

interface Parts {
  database: Database
  durability: Durability
  feed: Feed
  writer: Writer
}

/** Reads of a store for as long as it is open; nobody is told of what the disk does not have yet. */
function createReads(isOpen: () => boolean, { settled }: Durability) {
  function readNow<Result>(query: () => Result): Result {
    if (!isOpen()) throw new StoreError('store-unavailable')
    try {
      return query()
    } catch (error) {
      throw toStoreError(error)
    }
  }

  async function read<Result>(query: () => Result): Promise<Result> {
    const result = readNow(query)
    await settled()
    return result
  }

  return { readNow, read }
}

async function close({
  database,
  durability,
  feed,
  writer,
  checkpoints,
}: Parts & { checkpoints: Checkpoints }) {
  await writer.drain()
  await checkpoints.stop()
  durability.close()
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } finally {
    database.close()
    feed.wake()
  }
}
