// The duties of the embedded store: the port's methods, each one read.
import type { Duties } from '../duties.ts'
import type { Database } from './database.ts'
import { countMemberships, listMemberships } from './memberships.ts'

interface Access {
  read: <Result>(query: () => Result) => Promise<Result>
}

export function createDuties(database: Database, { read }: Access): Duties {
  return {
    listMemberships: (query) => read(() => listMemberships(database, query)),
    countMemberships: (userId) => read(() => countMemberships(database, userId)),
  }
}
