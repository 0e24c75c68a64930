// The writer: what is written to conversations at the same time shares a transaction, one of which is under way.
import { createGroupCommit, type CommitMeter } from '../group-commit.ts'
import { runBatch, type Operation } from './batch.ts'
import type { Collections } from './models.ts'
import type { Transact } from './transactions.ts'

export interface Writer {
  /** Runs an operation with others in one transaction; resolves with what it gave back once that is durable. */
  write: <Result>(operation: Operation<Result>) => Promise<Result>
}

/**
 * Operations run in the order of their calls.
 *
 * Two transactions at a time would each carry half as many and take the CPU of both ends for as many more; and of two
 * processes that write to the same conversations, they would hinder each other more often.
 */
export function createWriter(
  { collections, meter }: { collections: Collections; meter?: CommitMeter | undefined },
  transact: Transact,
): Writer {
  const group = createGroupCommit<Operation<void>>({
    commit: (operations) => transact((session) => runBatch(collections, session, operations)),
    maxBatch: MOST_AT_ONCE,
    meter,
  })

  return {
    async write<Result>(operation: Operation<Result>) {
      let answer: () => Result = unanswered
      await group.write({
        ...operation,
        apply(batch) {
          const result = operation.apply(batch)
          answer = () => result
        },
      })
      return answer()
    },
  }
}

// --- helpers ---

const MOST_AT_ONCE = 200

function unanswered(): never {
  throw new Error('unable to answer; the operation was committed without having run')
}
