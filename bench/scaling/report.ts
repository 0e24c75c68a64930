// The report of the figures of docs/scaling.md: a table for what is read, for what is stored, and for what is held.
import { median } from '#rufer/bench/statistics.ts'
import { toCount, toRatio } from '#rufer/bench/report/table.ts'
import type { Holding, HoldingFigures } from './connections.ts'
import type { Reading, ReadingFigures } from './reading.ts'
import type { Size } from './sizes.ts'
import { TEXT_LENGTH, type Stored, type StoredFigures } from './stored.ts'

export function makeScalingReport(figures: { reading: Reading; stored: Stored; holding: Holding }): string {
  const { reading, stored, holding } = figures
  return [
    'events that one process reads from a backlog, and the CPU time that one takes; medians',
    ...makeTable([
      ['', 'events/s', 'process', 'mongod'],
      ['for users who are elsewhere', ...toReading(reading.passing)],
      ['told to two connections here', ...toReading(reading.told)],
    ]),
    '',
    'bytes on disk of one',
    ...makeTable([
      ['', 'MongoDB', 'its indexes', 'SQLite', 'its indexes'],
      [`message of ${TEXT_LENGTH} characters`, ...toStored(stored, 'message')],
      ['its change, kept for a day', ...toStored(stored, 'messageChange')],
      ['receipt', ...toStored(stored, 'receipt')],
      ['its change, kept for a day', ...toStored(stored, 'receiptChange')],
    ]),
    '',
    `connections that do nothing, ${toCount(holding.rufer.connections)} of them`,
    ...makeTable([
      ['', 'memory each', 'came in a second'],
      ['Rufer on MongoDB', ...toHolding(holding.rufer)],
      ['bare relay', ...toHolding(holding.relay)],
      ['ratio', toMemoryRatio(holding)],
    ]),
    `connections of the process to mongod: ${holding.toDatabase.atRest} at rest, ${holding.toDatabase.after} after them`,
  ].join('\n')
}

// --- Internal helpers ---

function makeTable(rows: string[][]): string[] {
  return rows.map(
    ([name = '', ...cells]) => `  ${name.padEnd(30)}${cells.map((cell) => cell.padStart(18)).join('')}`,
  )
}

function toReading(rounds: ReadingFigures[]) {
  return [
    toCount(median(rounds.map(({ perSecond }) => perSecond))),
    toUs(rounds.map(({ serverUs }) => serverUs)),
    toUs(rounds.map(({ databaseUs }) => databaseUs)),
  ]
}

function toUs(values: (number | null)[]) {
  const told = values.filter((value) => value !== null)
  return told.length === 0 ? 'n/a' : `${toCount(median(told))} µs`
}

function toStored({ mongo, sqlite }: Stored, item: keyof StoredFigures) {
  return [mongo[item], sqlite[item]].flatMap(({ data, indexes }: Size) => [toCount(data), toCount(indexes)])
}

function toHolding({ bytes, perSecond }: HoldingFigures) {
  return [bytes === null ? 'n/a' : `${(bytes / 1024).toFixed(1)} KB`, toCount(perSecond)]
}

function toMemoryRatio({ rufer, relay }: Holding) {
  return rufer.bytes === null || relay.bytes === null ? 'n/a' : toRatio(rufer.bytes / relay.bytes)
}
