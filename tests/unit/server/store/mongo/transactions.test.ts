// The time limit of a transaction, on a session that does what a test says: how long it is tried, and what it then comes to.
import mongoose from 'mongoose'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { createTransact } from '#rufer/server/store/mongo/transactions.ts'
import { StoreError } from '#rufer/server/store/port.ts'

const { MongoServerError, MongoNetworkError, MongoRuntimeError } = mongoose.mongo
type Client = Parameters<typeof createTransact>[0]

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
})

const unavailable = new StoreError('store-unavailable')
const labelled = (label: string) => new MongoServerError({ message: label, errorLabels: [label] })
const transient = () => labelled('TransientTransactionError')
const unsettled = () => labelled('UnknownTransactionCommitResult')

/** Transactions whose commits settle as told, each after 5 s, until nothing is told any more. */
function scripted(commits: (Error | 'done')[]) {
  const done: string[] = []
  let isOpen = false
  const session = {
    startTransaction: () => (isOpen = true),
    inTransaction: () => isOpen,
    async abortTransaction() {
      isOpen = false
      done.push('abort')
    },
    async commitTransaction() {
      isOpen = false
      vi.advanceTimersByTime(5_000)
      done.push('commit')
      const settled = commits.shift()
      if (settled instanceof Error) throw settled
    },
    endSession: async () => done.push('end'),
  }
  const startSession = vi.fn<() => typeof session>(() => session)
  const transact = createTransact({ startSession } as unknown as Client, () => void done.push('committed'))
  return { transact, startSession, done }
}

/** Something that takes 5 s, and then cannot be done. */
function failing(error: () => Error) {
  return vi.fn<() => Promise<never>>(async () => {
    vi.advanceTimersByTime(5_000)
    throw error()
  })
}

test('what conflicts again and again is tried for 20 s and then refused, with nothing of it done', async () => {
  const { transact, done } = scripted([])
  const work = failing(transient)
  await expect(transact(work)).rejects.toThrow(unavailable)
  // begun at 0, 5, 10, 15 and 20 s
  expect(work).toHaveBeenCalledTimes(5)
  expect(done).toEqual(['abort', 'abort', 'abort', 'abort', 'abort', 'end'])
})

test('a commit that is not settled is asked for again for 20 s, on the same session and without its work', async () => {
  const { transact, startSession, done } = scripted(Array.from({ length: 9 }, unsettled))
  const work = vi.fn<() => Promise<string>>(async () => 'result')
  await expect(transact(work)).rejects.toThrow(unavailable)
  expect([work.mock.calls.length, startSession.mock.calls.length]).toEqual([1, 1])
  expect(done).toEqual(['commit', 'commit', 'commit', 'commit', 'commit', 'end'])
})

test('one that is settled within that time is done', async () => {
  const { transact, done } = scripted([unsettled(), unsettled(), 'done'])
  expect(await transact(async () => 'result')).toBe('result')
  expect(done).toEqual(['commit', 'commit', 'commit', 'committed', 'end'])
})

test('one that the server has given up is begun again, within the same 20 s', async () => {
  const { transact, done } = scripted(Array.from({ length: 9 }, transient))
  await expect(transact(async () => 'result')).rejects.toThrow(unavailable)
  expect(done.filter((what) => what === 'commit')).toHaveLength(5)
})

test('a lost connection is as good as a conflict, whether or not the driver says so', async () => {
  const { transact, done } = scripted([])
  const work = vi.fn<() => Promise<string>>(async () => 'result')
  work.mockRejectedValueOnce(new MongoNetworkError('gone'))
  expect(await transact(work)).toBe('result')
  expect(done).toEqual(['abort', 'commit', 'committed', 'end'])
})

test('what no attempt could mend is tried once', async () => {
  const { transact, done } = scripted([])
  const closed = failing(() => new MongoRuntimeError('closed'))
  await expect(transact(closed)).rejects.toThrow(unavailable)
  const nonsense = failing(() => new TypeError('nonsense'))
  await expect(transact(nonsense)).rejects.toThrow(TypeError)
  expect([closed.mock.calls.length, nonsense.mock.calls.length]).toEqual([1, 1])
  expect(done).toEqual(['abort', 'end', 'abort', 'end'])
})
