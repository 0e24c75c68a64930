// Fault: an invariant that a run broke, and what it happened to.
import type { Evidence } from '#rufer/tests/faults/evidence.ts'

/** The invariants by their numbers; `invariants` says what each is. */
export type Invariant = keyof typeof invariants

/** What the summary counts; `other` is told by its name only. */
export type Tally = 'lost' | 'doubled' | 'reordered' | 'holes' | 'unread' | 'leaked' | 'other'

export interface Fault {
  invariant: Invariant
  tally: Tally
  /** counted once, however many clients saw it */
  subject: string
  what: string
}

/** Looks for faults of some invariants. */
export type Check = (evidence: Evidence) => Fault[]

export const invariants = {
  I1: 'no acknowledged message is lost',
  I2: 'no message is visible twice',
  I3: 'every observer of a conversation sees one order, without holes',
  I4: 'the order of one sender is kept',
  I5: 'what was acknowledged is in the store',
  I6: 'what was refused never appears, what is unsettled appears once or not at all',
  I7: 'nothing reaches who is no member, or has no session',
  I8: 'markers only move forward: read ≤ delivered ≤ seq',
  I9: 'the unread count equals a full count',
  I10: 'the last message of the list is the last of the conversation',
  I11: 'presence converges to what is true',
  I12: 'a typing sign ends',
  I13: 'a token opens one connection',
  I14: 'who came back sees what a fresh client sees',
  I15: 'memory is bounded, and given back',
  I16: 'nothing goes unhandled, and no process ends by itself',
  I17: 'every bad input gets a defined error or close code',
  I18: 'what a sender is shown of a message never goes back',
  I19: 'of an erased user’s messages the places are left, and of nobody else’s',
} as const
