// The duties of the MongoDB store: the port's methods, each some calls of the driver.
import type { Duties } from '../duties.ts'
import { countMemberships, listMemberships } from './memberships.ts'
import type { Collections } from './models.ts'

interface Access {
  run: <Result>(work: () => Promise<Result>) => Promise<Result>
}

export function createDuties(collections: Collections, { run }: Access): Duties {
  return {
    listMemberships: (query) => run(() => listMemberships(collections, query)),
    countMemberships: (userId) => run(() => countMemberships(collections, userId)),
  }
}
