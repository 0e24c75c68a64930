// Preloaded into a server under test: at a SIGUSR2 its SQLite files can grow no more, as on a full disk, at the next they can.
import type { DatabaseSync } from 'node:sqlite'

/** Room for what is under way, so that it fails amid a transaction. */
const ROOM = 3
/** SQLite's own limit. */
const ENDLESS = 4_294_967_294
/** Not imported: what is imported once stays as it is. */
const sqlite = process.getBuiltinModule('node:sqlite')
const opened: DatabaseSync[] = []
let isFull = false

sqlite.DatabaseSync = class extends sqlite.DatabaseSync {
  constructor(...args: ConstructorParameters<typeof DatabaseSync>) {
    super(...args)
    opened.push(this)
  }
}

process.on('SIGUSR2', () => {
  isFull = !isFull
  for (const database of opened.filter(({ isOpen }) => isOpen)) {
    const pages = Number(database.prepare('PRAGMA page_count').get()?.['page_count'])
    database.exec(`PRAGMA max_page_count = ${isFull ? pages + ROOM : ENDLESS}`)
  }
})
