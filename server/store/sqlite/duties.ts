// The duties of the embedded store: the port's methods, each one read or one write.
import type { Duties } from '../duties.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { Database } from './database.ts'
import { beginErasure, endErasure, eraseSome, listErasures } from './erasures.ts'
import { toStoreError } from './failure.ts'
import { countMemberships, listMemberships } from './memberships.ts'
import type { Writer } from './writer.ts'

interface Access {
  read: <Result>(query: () => Result) => Promise<Result>
  write: Writer['write']
  checkpoints: Checkpoints
}

export function createDuties(database: Database, { read, write, checkpoints }: Access): Duties {
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
  }
}
