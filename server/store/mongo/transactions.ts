// Transactions: the one way in which several documents are written, all of them or none.
import type mongoose from 'mongoose'
import { setTimeout as pause } from 'node:timers/promises'
import { answered, Unanswered } from './answered.ts'
import { isDuplicateKey, isTransient, isUnsettledCommit, toStoreError } from './failure.ts'

type Client = mongoose.mongo.MongoClient
export type Session = mongoose.mongo.ClientSession

/**
 * Runs calls of one session after the other, as a whole or not at all, durable on a majority; may run them more than once.
 *
 * @returns what they came to
 * @throws StoreError `store-unavailable` where it could not be settled for 20 s: then it was done once or not at all
 */
export type Transact = <Result>(work: (session: Session) => Promise<Result>) => Promise<Result>

/** Makes it; `onCommitted` gets each session after its commit. */
export function createTransact(client: Client, onCommitted: (session: Session) => void): Transact {
  async function transact<Result>(wanted: Omit<Attempt<Result>, 'session'>): Promise<Result> {
    const session = client.startSession()
    let isWorking = false
    async function work() {
      isWorking = true
      const result = await wanted.work(session).finally(() => (isWorking = false))
      return result
    }
    try {
      const result = await attempt({ ...wanted, session, work })
      onCommitted(session)
      return result
    } catch (error) {
      if (!(error instanceof Unanswered) || performance.now() > wanted.deadline) throw toStoreError(error)
    } finally {
      // what it may yet do stays within its transaction that way, which nobody commits, and which is ended as abandoned
      if (!isWorking) void session.endSession().catch(() => undefined)
    }
    return transact(wanted)
  }

  return (work) => transact({ work, deadline: performance.now() + PATIENCE_MS, tries: 0 })
}

// --- helpers ---

/** Longer than an election takes. */
const PATIENCE_MS = 20_000
const MOST_PAUSE_MS = 100
const COMMIT_PAUSE_MS = 50
/** After a race for one id its loser finds it; one that is never found would be tried for ever. */
const DUPLICATE_TRIES = 3

interface Attempt<Result> {
  session: Session
  work: (session: Session) => Promise<Result>
  deadline: number
  tries: number
}

async function attempt<Result>(wanted: Attempt<Result>): Promise<Result> {
  const { session, work, deadline, tries } = wanted
  try {
    session.startTransaction({ readConcern: { level: 'local' }, writeConcern: { w: 'majority' } })
    const result = await answered(work(session))
    await commit(session, deadline)
    return result
  } catch (error) {
    if (error instanceof Unanswered) throw error
    if (session.inTransaction()) await answered(session.abortTransaction())
    const canRetry = isTransient(error) || (isDuplicateKey(error) && tries < DUPLICATE_TRIES)
    if (!canRetry || performance.now() > deadline) throw error
  }
  // so that those who hinder each other part
  await pause(Math.random() * Math.min(2 * 2 ** tries, MOST_PAUSE_MS))
  return attempt({ ...wanted, tries: tries + 1 })
}

/** Asks again, on the same session, until it is known whether the commit was done. */
async function commit(session: Session, deadline: number): Promise<void> {
  try {
    return await answered(session.commitTransaction())
  } catch (error) {
    if (!isUnsettledCommit(error) || performance.now() > deadline) throw error
  }
  await pause(COMMIT_PAUSE_MS)
  return commit(session, deadline)
}
