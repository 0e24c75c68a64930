// What the disk takes for one committed row: the yardstick for what Rufer adds to a relay that stores nothing.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Figures } from '#rufer/bench/figures.ts'
import { startMeter } from '#rufer/bench/load/meter.ts'
import { toFigures } from '#rufer/bench/statistics.ts'
import { inTurn, type Measurement } from './measurement.ts'

export const committedRows: Measurement = {
  name: 'rows',
  title: 'One committed row of 250 bytes in SQLite, with the settings of Rufer',
  columns: [
    { key: 'commitP50', head: 'p50', unit: 'ms' },
    { key: 'commitP99', head: 'p99', unit: 'ms' },
  ],
  rows: {
    row: 'a row a transaction, one right after the other',
    paced: '1,000 rows/s, from the scheduled instant',
  },
  ratios: [['paced', 'row']],
  begin: async ({ extent }) => {
    const seconds = Math.min(1, extent.seconds)
    return () =>
      inTurn(['row', 'paced'] as const, async (name) =>
        name === 'row' ? commitRows(seconds) : commitRows(extent.seconds, schedule()),
      )
  },
}

// --- Internal helpers ---

const SETUP = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 64000;
  CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT);
`
const ROW = 'x'.repeat(250)

const PER_SECOND = 1_000

/** Waits for the next of the instants at which rows are due, and gives it back; one that has passed is not waited for. */
function schedule(): () => number {
  const begin = performance.now()
  let count = 0
  return () => {
    const due = begin + (++count * 1_000) / PER_SECOND
    // a timer would fire up to a millisecond late
    while (performance.now() < due) continue
    return due
  }
}

/** In the same kind of folder as Rufer's, with no other load of ours beside it; each row from when it is `due`. */
function commitRows(seconds: number, due: () => number = () => performance.now()): Figures {
  const folder = mkdtempSync(join(tmpdir(), 'rufer-bench-'))
  const database = new DatabaseSync(join(folder, 'rows.db'))
  const stopMeter = startMeter({ pids: [] })
  try {
    database.exec(SETUP)
    const insert = database.prepare('INSERT INTO rows (text) VALUES (?)')
    const times: number[] = []
    const until = performance.now() + seconds * 1000
    while (performance.now() < until) {
      const begin = due()
      insert.run(ROW)
      times.push(performance.now() - begin)
    }
    return { ...toFigures('commit', times), ...stopMeter() }
  } finally {
    database.close()
    rmSync(folder, { recursive: true })
  }
}
