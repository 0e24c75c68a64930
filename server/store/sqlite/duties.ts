// The duties of the embedded store: the port's methods, each one read or one write.
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { Duties } from '../duties.ts'
import { pruneChanges } from './changes.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { Database } from './database.ts'
import { beginErasure, endErasure, eraseSome, listErasures } from './erasures.ts'
import { toStoreError } from './failure.ts'
import { countMemberships, listMemberships } from './memberships.ts'
import { pruneSecrets } from './secrets.ts'
import type { Writer } from './writer.ts'

interface Access {
  read: <Result>(query: () => Result) => Promise<Result>
  write: Writer['write']
  checkpoints: Checkpoints
  /** the place in the feed up to which every watcher has seen the changes */
  seenByAll: () => number
}

export function createDuties(database: Database, access: Access): Duties {
  const { read, write, checkpoints } = access
  return {
    listMemberships: (query) => read(() => listMemberships(database, query)),
    countMemberships: (userId) => read(() => countMemberships(database, userId)),
    beginErasure: (userId, at) => write(() => beginErasure(database, userId, at)),
    async eraseSome(userId, at) {
      const { stage, messages } = await write(() => eraseSome(database, userId, at))
      if (stage !== 'file') return { messages, isDone: stage === 'done' }
      // the log still holds pages as they were
      const isEmpty = await checkpoints.empty().catch((error: unknown) => {
        throw toStoreError(error)
      })
      if (isEmpty) await write(() => endErasure(database, userId))
      return { messages, isDone: isEmpty }
    },
    listErasures: () => read(() => listErasures(database)),
    prune: (before) => prune(database, access, before),
  }
}

// --- helpers ---

/** In small steps, between which other operations get their turn. */
async function prune(
  database: Database,
  { write, seenByAll }: Access,
  { changesBefore, now }: { changesBefore: Instant; now: Instant },
) {
  await repeat(() => write(() => pruneChanges(database, { before: changesBefore, through: seenByAll() })))
  await repeat(() => write(() => pruneSecrets(database, now)))
}

async function repeat(step: () => Promise<boolean>): Promise<void> {
  if (await step()) await repeat(step)
}
