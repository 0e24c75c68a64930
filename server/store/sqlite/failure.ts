// What an error of SQLite says: whether the store as a whole is the matter, or one statement.
import { StoreError } from '../port.ts'

/** Primary result codes that would meet any statement just now. */
const storeWide: ReadonlySet<number> = new Set([
  5, // BUSY
  6, // LOCKED
  7, // NOMEM
  8, // READONLY
  9, // INTERRUPT
  10, // IOERR
  11, // CORRUPT
  13, // FULL
  14, // CANTOPEN
  15, // PROTOCOL
  26, // NOTADB
])
const BUSY = 5
const READONLY = 8
const CORRUPT = 11
const CANTOPEN = 14
const NOTADB = 26

/** The error as the port knows it: a `StoreError` where the store cannot be used, else as it was. */
export function toStoreError(error: unknown): unknown {
  const code = resultCode(error)
  return code !== undefined && storeWide.has(code)
    ? new StoreError('store-unavailable', { cause: error })
    : error
}

/** Whether another connection holds the lock. */
export function isBusy(error: unknown): boolean {
  return resultCode(error) === BUSY
}

/** Whether the file is not what SQLite wrote. */
export function isDamage(error: unknown): boolean {
  const code = resultCode(error)
  return code === CORRUPT || code === NOTADB
}

/** Whether the operating system does not let the file be written. */
export function isUnopenable(error: unknown): boolean {
  const code = resultCode(error)
  return code === READONLY || code === CANTOPEN
}

/** Extended result codes keep the primary one in their lowest byte. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined
}
