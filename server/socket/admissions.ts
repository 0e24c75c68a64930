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
  const byUser = new Map<string, number>()

  function release(admission: Admission) {
    if (!all.delete(admission)) return
    subtract(byAddress, admission.address)
    if (admission.userId !== undefined) subtract(byUser, admission.userId)
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

    /** Gives the place to a user; false when the user has too many. */
    assign(
      admission: Admission,
      { userId, parentHash }: { userId: string; parentHash: string | null },
    ): boolean {
      if (!isBelow(byUser.get(userId) ?? 0, limits.connectionsPerUser)) return false
      admission.userId = userId
      admission.parentHash = parentHash
      add(byUser, userId)
      return true
    },

    /** Marks those whose session is being ended while their upgrade is under way. */
    revoke(isMeant: (admission: Admission) => boolean) {
      for (const admission of all) if (isMeant(admission)) admission.isRevoked = true
    },
  }
}

// --- Internal helpers ---

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
