// npm run migrate-engine: copies a data folder of SQLite into an empty MongoDB, and looks whether all of it arrived.
import { join } from 'node:path'
import { DATABASE, LOCK, requireFile } from '#rufer/server/store/sqlite/files.ts'
import { takeLock } from '#rufer/server/store/sqlite/lock.ts'
import { openData } from '#rufer/server/store/sqlite/open.ts'
import { copyEngine } from './engine/copy.ts'

const dataDir = process.env['RUFER_DATA_DIR'] || '.data'
const uri = process.env['MONGODB_URI']

try {
  if (!uri) throw new Error('MONGODB_URI is missing; set the address of the replica set')
  const path = join(dataDir, DATABASE)
  requireFile(path)
  // nothing is written to it meanwhile, nor ever again: the server must have stopped
  const release = await takeLock(join(dataDir, LOCK))
  try {
    const database = openData(path, 'full')
    for (const { name, count } of await copyEngine(database, uri))
      process.stdout.write(
        `ok  ${name.padEnd(14)}${String(count).padStart(10)}  the same in number and digest\n`,
      )
    database.close()
  } finally {
    release()
  }
  process.stdout.write('start the server with MONGODB_URI now; the folder stays as it is, as a backup\n')
  process.exit(0)
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error)
  process.stderr.write(`unable to migrate; ${reason}\n`)
  process.exit(1)
}
