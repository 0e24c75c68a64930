// The report of a run for a terminal, and its aims beside the last ones that were recorded.
import type { Judgement, Summary } from './summary.ts'
import { MOST_FOR_OTHERS, toAimCells, toCells, toLines, toMeasured, toPercent, toWanted } from './table.ts'

export function toHeading({ date, machine, versions, extent }: Summary): string {
  return `Rufer beside what bounds it
${date}, ${machine.cores} × ${machine.processor}, ${machine.system}
${toList(versions)}
medians of ${toList(extent)}; over loopback, servers and loads in processes of their own`
}

export function toText({ tables, aims, othersCpu, skipped }: Summary): string {
  return [
    ...tables.flatMap((table) => [...toLines(toCells(table)), '']),
    ...(aims.length > 0
      ? [...toLines([['Aims', 'wanted', 'measured', ''], ...toAimCells(aims).slice(1)]), '']
      : []),
    ...tellOthers(othersCpu),
    ...skipped.map((reason) => `skipped: ${reason}`),
  ].join('\n')
}

/** It judges nothing: what is measured in a minute says where to look, and no more. */
export function toComparison({ aims }: Summary, recorded: Summary): string {
  const rows = aims.map((aim) => [aim.what, toWanted(aim), toMeasured(aim), toRecorded(aim, recorded)])
  const head = [`Beside what was recorded on ${recorded.date.slice(0, 10)}`, 'wanted', 'now', 'recorded']
  return toLines([head, ...rows]).join('\n')
}

/** What else ran: where it was much, a ratio near a floor, and any latency, is chance. */
function tellOthers(share: number | null): string[] {
  if (share === null) return []
  const advice = share > MOST_FOR_OTHERS ? '; the machine was busy: measure again when it is not' : ''
  return [`other programs meanwhile: ${toPercent(share)} of a core on average${advice}`]
}

// --- Internal helpers ---

function toList(values: Record<string, string | number>) {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value.toLocaleString('en')}`)
    .join(', ')
}

function toRecorded({ name }: Judgement, recorded: Summary) {
  const then = recorded.aims.find((aim) => aim.name === name)
  return then ? toMeasured(then) : 'none'
}
