// What an error of the driver says: whether the store as a whole is the matter, or one operation.
import mongoose from 'mongoose'
import { StoreError } from '../port.ts'
import { Unanswered } from './answered.ts'

const {
  MongoBulkWriteError,
  MongoError,
  MongoErrorLabel,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
} = mongoose.mongo

/** Codes of a server that would meet any operation just now. */
const storeWide: ReadonlySet<unknown> = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  13, // Unauthorized
  18, // AuthenticationFailed
  50, // MaxTimeMSExpired
  64, // WriteConcernFailed
  89, // NetworkTimeout
  91, // ShutdownInProgress
  100, // UnsatisfiableWriteConcern
  112, // WriteConflict
  134, // ReadConcernMajorityNotAvailableYet
  189, // PrimarySteppedDown
  262, // ExceededTimeLimit
  9001, // SocketException
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11602, // InterruptedDueToReplStateChange
  13388, // StaleConfig
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
  14031, // OutOfDiskSpace
])
const DUPLICATE_KEY = 11_000
const retryLabels = [
  MongoErrorLabel.RetryableWriteError,
  MongoErrorLabel.TransientTransactionError,
  MongoErrorLabel.UnknownTransactionCommitResult,
]

/** The error as the port knows it: a `StoreError` where the store cannot be used, else as it was. */
export function toStoreError(error: unknown): unknown {
  if (error instanceof Unanswered) return new StoreError('store-unavailable', { cause: error })
  if (!(error instanceof MongoError)) return error
  const isStoreWide =
    !(error instanceof MongoServerError) ||
    isLost(error) ||
    storeWide.has(error.code) ||
    retryLabels.some((label) => error.hasErrorLabel(label))
  return isStoreWide ? new StoreError('store-unavailable', { cause: error }) : error
}

/** Whether a transaction that was not committed may be tried again as a whole. */
export function isTransient(error: unknown): boolean {
  return hasLabel(error, MongoErrorLabel.TransientTransactionError) || isLost(error)
}

/** Whether a commit may have been done or not, and asking again settles it. */
export function isUnsettledCommit(error: unknown): boolean {
  const isUnknown = hasLabel(error, MongoErrorLabel.UnknownTransactionCommitResult)
  return isUnknown || isLost(error) || error instanceof Unanswered
}

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoError && error.code === DUPLICATE_KEY
}

/** Whether a change stream can be opened again after its last event, without a loss. */
export function isResumable(error: unknown): boolean {
  return (
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError ||
    hasLabel(error, MongoErrorLabel.ResumableChangeStreamError)
  )
}

// --- helpers ---

/** A lost connection, which the driver does not label where it had given up all those to that server by then. */
function isLost(error: unknown): boolean {
  if (error instanceof MongoBulkWriteError) return error.errorResponse instanceof MongoNetworkError
  return error instanceof MongoNetworkError
}

function hasLabel(error: unknown, label: string) {
  return error instanceof MongoError && error.hasErrorLabel(label)
}
