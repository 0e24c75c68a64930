// Transactions: the one way into the database for everything that is written.
import { setTimeout as pause } from 'node:timers/promises'
import { createGroupCommit, type CommitMeter } from '../group-commit.ts'
import type { Database } from './database.ts'
import type { Durability } from './durability.ts'
import { isBusy, toStoreError } from './failure.ts'

/** How long a batch waits for the lock of another process, a backup tool for one, before it is refused. */
const PATIENCE_MS = 2_000
const PAUSE_MS = 50

export interface Writer {
  /** Runs an operation in a transaction; resolves with what it gave back once that is durable. */
  write: <Result>(operation: () => Result) => Promise<Result>
  drain: () => Promise<void>
}

interface WriterOptions {
  durability: Durability
  /** called once it is durable, or nothing was committed, or nobody knows */
  onCommitted: (() => void)[]
  meter?: CommitMeter | undefined
}

/** Operations run synchronously, in the order of their calls, and must do nothing but read and write the database. */
export function createWriter(database: Database, { durability, onCommitted, meter }: WriterOptions): Writer {
  const group = createGroupCommit<() => void>({
    meter,
    commit: async (operations) => {
      await durability.settled()
      // also where the sync failed: what is in doubt then will be settled by whoever looks
      await commit(operations, performance.now() + PATIENCE_MS).finally(() => {
        for (const tell of onCommitted) tell()
      })
    },
  })

  async function commit(operations: (() => void)[], deadline: number): Promise<void> {
    try {
      if (begin(deadline)) return transact(operations)
    } catch (error) {
      throw toStoreError(error)
    }
    await pause(PAUSE_MS)
    return commit(operations, deadline)
  }

  function begin(deadline: number) {
    try {
      database.exec('BEGIN IMMEDIATE')
      return true
    } catch (error) {
      if (isBusy(error) && performance.now() < deadline) return false
      throw error
    }
  }

  /** Not asynchronous, so that nothing else gets between BEGIN and COMMIT, nor reads before the sync is under way. */
  function transact(operations: (() => void)[]) {
    try {
      for (const operation of operations) operation()
      database.exec('COMMIT')
    } catch (error) {
      // On a full disk SQLite has rolled back by itself, and a ROLLBACK would hide why.
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
    return durability.sync()
  }

  return {
    async write<Result>(operation: () => Result) {
      let answer: () => Result = unanswered
      await group.write(() => {
        const result = operation()
        answer = () => result
      })
      return answer()
    },
    drain: group.drain,
  }
}

function unanswered(): never {
  throw new Error('unable to answer; the operation was committed without having run')
}
