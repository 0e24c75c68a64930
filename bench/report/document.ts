// What docs/performance.md says of the last whole run, made from its record.
import type { Summary } from './summary.ts'
import { MOST_FOR_OTHERS, toAimCells, toCells, toCount, toMarkdown, toPercent } from './table.ts'

/** The parts of its template, by name. */
export function toDocumentParts(summary: Summary): Record<string, string> {
  const { date, machine, versions, extent, tables, aims, skipped, othersCpu } = summary
  return {
    run: [
      `${date.slice(0, 10)}, ${machine.cores} cores of ${machine.processor}, ${machine.system}; ` +
        `${toList(versions, (version) => version)}.`,
      `Measured with ${toList(extent, toCount)}.`,
      ...(othersCpu === null ? [] : [tellOthers(othersCpu)]),
      ...skipped.map((reason) => `Skipped: ${reason}.`),
    ].join('\n\n'),
    aims: toMarkdown(
      toAimCells(aims).map((cells) => cells.map((cell) => (cell === 'missed' ? '**missed**' : cell))),
    ),
    tables: tables
      .map((table) => {
        const [[title = '', ...heads] = [], ...rows] = toCells(table)
        return `### ${title}\n\n${toMarkdown([['', ...heads], ...rows])}`
      })
      .join('\n\n'),
  }
}

// --- Internal helpers ---

function tellOthers(share: number) {
  const told = `Other programs took ${toPercent(share)} of a core meanwhile`
  return share > MOST_FOR_OTHERS ? `**${told}, so that even the ratios say little.**` : `${told}.`
}

function toList<Value>(values: Record<string, Value>, show: (value: Value) => string) {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${show(value)}`)
    .join(', ')
}
