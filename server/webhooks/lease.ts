// The lease of the outbox as this process has it: whether it is the one that sends.
import { OUTBOX_LEASE_MS, type Outbox } from '#rufer/server/store/outbox.ts'

export interface Lease {
  /** whether this process may send just now */
  isHeld: () => boolean
  /** Renews it in time, or asks for it; tells whether this process has it. */
  hold: () => Promise<boolean>
  /** Lets another process have it at once, where this one had it. */
  end: () => Promise<void>
}

/** @param onTaken this process has it, and had not before */
export function createLease(outbox: Outbox, onTaken: () => void): Lease {
  let renewedAt = -Infinity
  let askedAt = -Infinity
  const isOurs = () => renewedAt !== -Infinity
  const age = () => performance.now() - renewedAt
  return {
    isHeld: () => age() < SAFE_MS,
    async hold() {
      if (age() < RENEW_MS) return true
      const now = performance.now()
      // what happens wakes every process, and only one of them has it
      if (!isOurs() && now - askedAt < ASK_MS) return false
      askedAt = now
      const isTaken = await outbox.takeLease()
      if (isTaken && !isOurs()) onTaken()
      renewedAt = isTaken ? now : -Infinity
      return isTaken
    },
    async end() {
      if (isOurs()) await outbox.endLease()
      renewedAt = -Infinity
    },
  }
}

// --- Internal helpers ---

/** Sooner than others may take the lease; an attempt that began before ends within its timeout. */
const SAFE_MS = OUTBOX_LEASE_MS / 2
const RENEW_MS = SAFE_MS / 3
/** Less than a second, after which one looks anyway. */
const ASK_MS = 900
