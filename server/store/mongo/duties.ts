// The duties of the MongoDB store: the port's methods, each some calls of the driver.
import type { Duties } from '../duties.ts'
import { beginErasure, eraseSome, listErasures, type Erasing } from './erasures.ts'
import { countMemberships, listMemberships } from './memberships.ts'
import { pruneSecrets } from './secrets.ts'

interface Access extends Erasing {
  run: <Result>(work: () => Promise<Result>) => Promise<Result>
}

export function createDuties({ run, ...erasing }: Access): Duties {
  const { collections } = erasing
  return {
    listMemberships: (query) => run(() => listMemberships(collections, query)),
    countMemberships: (userId) => run(() => countMemberships(collections, userId)),
    beginErasure: (userId, at) => run(() => beginErasure(erasing, userId, at)),
    eraseSome: (userId, at) => run(() => eraseSome(erasing, userId, at)),
    listErasures: () => run(() => listErasures(collections)),
    // changes are forgotten by the server, after a day
    prune: ({ now }) => run(() => pruneSecrets(collections, now)),
  }
}
