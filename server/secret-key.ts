// The secret key of demo mode: made at the first start and kept in the data folder.
import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where demo mode keeps its secret key. */
export function secretKeyPath(dataDir: string): string {
  return join(dataDir, 'secret-key')
}

/** The key kept in a data folder, made if there is none yet; only the owner may read the file. */
export function keepSecretKey(dataDir: string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const path = secretKeyPath(dataDir)
  if (!existsSync(path)) makeKey(path)
  const key = readFileSync(path, 'utf8').trim()
  if (key.length < 32) throw new Error(`${path} holds no secret key; remove the file and start again`)
  return key
}

// --- Internal helpers ---

/** Whole from its first moment on: of processes that start at once one makes it, and the others read that one. */
function makeKey(path: string) {
  const draft = `${path}.${randomBytes(8).toString('hex')}`
  writeFileSync(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
  try {
    linkSync(draft, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    rmSync(draft)
  }
}
