// What the disk takes for one committed row: the yardstick for what Rufer adds to a relay that stores nothing.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { spreadOf, type Spread } from './statistics.ts'

/**
 * Commits rows of 250 bytes one by one for some seconds and gives how long each took, in milliseconds.
 *
 * SQLite with the settings that Rufer has (WAL, synchronous=FULL), in the same folder for temporary files, with no other
 * load of ours beside it.
 */
export function measureCommittedRows(seconds: number): Spread {
  const folder = mkdtempSync(join(tmpdir(), 'rufer-bench-'))
  const database = new DatabaseSync(join(folder, 'rows.db'))
  try {
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)',
    )
    const insert = database.prepare('INSERT INTO rows (text) VALUES (?)')
    const times: number[] = []
    const until = performance.now() + seconds * 1000
    while (performance.now() < until) {
      const begin = performance.now()
      insert.run(ROW)
      times.push(performance.now() - begin)
    }
    return spreadOf(times)
  } finally {
    database.close()
    rmSync(folder, { recursive: true })
  }
}

// --- Internal helpers ---

const ROW = 'x'.repeat(250)
