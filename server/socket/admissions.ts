// Places for connections: counted for the process, an address and a user from the upgrade to the end.
import type { Limits } from '#rufer/shared/protocol/limits.ts'
import type { Connection } from './connection.ts'

export type Admissions = ReturnType<typeof createAdmissions>

/** A place taken by an upgrade, and by the connection that comes of it. */
export class Admission {
  readonly address: string
  /** gives the place back; again is nothing */
  readonly release: () => void
  /** set once the token was looked up */
  userId?: string
  /** the browser session that the token came from */
  parentHash?: string | null
  /** set once the socket is open */
  connection?: Connection
  /** the session was ended between the upgrade and the opening */
  isRevoked = false

  constructor(address: string, release: (admission: Admission) => void) {
    this.address = address
    this.release = () => release(this)
  }
}

export function createAdmissions(limits: Limits) {
  const all = new Set<Admission>()
  const byAddress = new Map<string, number>()
  /** by user and by browser session, so that ending one costs no more than what it holds */
  const byOwner = new Map<string, Set<Admission>>()

  function release(admission: Admission) {
    if (!all.delete(admission)) return
    subtract(byAddress, admission.address)
    for (const owner of ownersOf(admission)) {
      const own = byOwner.get(owner)
      own?.delete(admission)
      if (own?.size === 0) byOwner.delete(owner)
    }
  }

  return {
    hasRoom: () => isBelow(all.size, limits.connections),
    hasRoomFor: (address: string) => isBelow(byAddress.get(address) ?? 0, limits.connectionsPerAddress),

    /** Takes a place for an address. */
    take(address: string): Admission {
      const admission = new Admission(address, release)
      all.add(admission)
      add(byAddress, address)
      return admission
    },

    /** Gives the place to a user; false when the user has too many, or the socket went away meanwhile. */
    assign(
      admission: Admission,
      { userId, parentHash }: { userId: string; parentHash: string | null },
    ): boolean {
      if (!all.has(admission)) return false
      if (!isBelow(byOwner.get(toOwner({ userId }))?.size ?? 0, limits.connectionsPerUser)) return false
      admission.userId = userId
      admission.parentHash = parentHash
      for (const owner of ownersOf(admission)) {
        byOwner.set(owner, (byOwner.get(owner) ?? new Set()).add(admission))
      }
      return true
    },

    /** Those of a user or a browser session, be their upgrade under way or their connection open. */
    of: (owner: Owner): Admission[] => [...(byOwner.get(toOwner(owner)) ?? [])],
  }
}

// --- Internal helpers ---

type Owner = { userId: string } | { parentHash: string }

function toOwner(owner: Owner) {
  return 'userId' in owner ? `user:${owner.userId}` : `session:${owner.parentHash}`
}

function ownersOf({ userId, parentHash }: Admission) {
  return [
    ...(userId === undefined ? [] : [toOwner({ userId })]),
    ...(parentHash ? [toOwner({ parentHash })] : []),
  ]
}

/** A limit of 0 is off. */
function isBelow(count: number, limit: number) {
  return limit === 0 || count < limit
}

function add(counts: Map<string, number>, key: string) {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function subtract(counts: Map<string, number>, key: string) {
  const count = (counts.get(key) ?? 0) - 1
  if (count > 0) counts.set(key, count)
  else counts.delete(key)
}
