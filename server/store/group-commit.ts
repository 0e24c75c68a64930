// Group commit: what is written in the same turn of the event loop shares one transaction, and so one wait for the disk.
import { StoreError } from './port.ts'

export interface GroupCommit<Operation> {
  /** Resolves once the operation is committed. What it gives back it keeps itself; it may run more than once. */
  write: (operation: Operation) => Promise<void>
  /** Refuses what comes from now on; resolves when all that was accepted is settled. */
  drain: () => Promise<void>
}

export interface GroupCommitOptions<Operation> {
  /**
   * Commits operations in their order, all of them or none. A `StoreError` says that the store as a whole cannot be
   * written, or nobody knows whether they are; any other error is put down to one of the operations.
   */
  commit: (operations: Operation[]) => Promise<void>
  /** how many operations may wait before further ones are refused as `overloaded` */
  maxWaiting?: number
  /** the most operations in one transaction, which bounds how long it keeps everything else waiting */
  maxBatch?: number
  /** the least time between the end of a commit and the next one; what comes meanwhile shares that one */
  spaceMs?: number
  meter?: CommitMeter | undefined
}

/** Is told of every transaction, and may look how many operations wait. */
export interface CommitMeter {
  committed: (operations: number, ms: number) => void
  watchQueue: (read: () => number) => void
}

interface Waiting<Operation> {
  operation: Operation
  resolve: () => void
  reject: (reason: unknown) => void
  /** one of its batch threw, so it is committed by itself */
  isSuspect?: boolean
}

/**
 * Makes a group commit in front of an engine's transactions, one of which is under way at a time.
 *
 * Where an operation throws what it should not, each one of its batch is committed again in a transaction of its own,
 * so that the offender fails alone. Where the store cannot be written, all that waits is refused: none of it could do
 * better, and so nobody waits longer than one attempt takes.
 */
export function createGroupCommit<Operation>(options: GroupCommitOptions<Operation>): GroupCommit<Operation> {
  const { maxWaiting = 10_000, maxBatch = 256, spaceMs = 0 } = options
  const waiting: Waiting<Operation>[] = []
  let [isScheduled, endedAt] = [false, -Infinity]
  let drained: PromiseWithResolvers<void> | undefined
  const commit = metered(options, () => waiting.length)

  function schedule() {
    if (isScheduled) return
    isScheduled = true
    runAfter(endedAt + spaceMs - performance.now(), () => void commitNext())
  }

  async function commitNext() {
    const batch = waiting.splice(0, waiting[0]?.isSuspect ? 1 : maxBatch)
    try {
      await commit(batch.map(({ operation }) => operation))
      for (const { resolve } of batch) resolve()
    } catch (error) {
      refuse(batch, error)
    }
    isScheduled = false
    endedAt = performance.now()
    if (waiting.length > 0) schedule()
    else drained?.resolve()
  }

  function refuse(batch: Waiting<Operation>[], error: unknown) {
    if (error instanceof StoreError) {
      for (const { reject } of [...batch, ...waiting.splice(0)]) reject(error)
    } else if (batch.length > 1) {
      for (const entry of batch) entry.isSuspect = true
      waiting.unshift(...batch)
    } else {
      for (const { reject } of batch) reject(error)
    }
  }

  return {
    write(operation) {
      if (drained) return Promise.reject(new StoreError('store-unavailable'))
      if (waiting.length >= maxWaiting) return Promise.reject(new StoreError('overloaded'))
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      waiting.push({ operation, resolve, reject })
      schedule()
      return promise
    },
    drain() {
      drained ??= Promise.withResolvers<void>()
      if (!isScheduled) drained.resolve()
      return drained.promise
    },
  }
}

// --- Internal helpers ---

/** The commit, which tells the meter of each that was done. */
function metered<Operation>({ commit, meter }: GroupCommitOptions<Operation>, countWaiting: () => number) {
  if (!meter) return commit
  meter.watchQueue(countWaiting)
  return async (operations: Operation[]) => {
    const beganAt = performance.now()
    await commit(operations)
    meter.committed(operations.length, performance.now() - beganAt)
  }
}

/** In another turn of the event loop at the earliest. */
function runAfter(ms: number, run: () => void) {
  if (ms > 0) setTimeout(run, ms)
  else setImmediate(run)
}
