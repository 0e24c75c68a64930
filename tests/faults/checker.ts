// The checker: holds what a run left behind against the invariants, and says in one line what it counted.
import { checkAccess } from './checker/access.ts'
import { checkErasures } from './checker/erasures.ts'
import { invariants, type Check, type Fault, type Tally } from './checker/fault.ts'
import { checkMessages, countAcknowledged } from './checker/messages.ts'
import { checkOrder } from './checker/order.ts'
import { checkPresence } from './checker/presence.ts'
import { checkProcesses } from './checker/processes.ts'
import { checkReceipts } from './checker/receipts.ts'
import { checkTyping } from './checker/typing.ts'
import { checkViews } from './checker/views.ts'
import type { Evidence } from './evidence.ts'

export interface Verdict {
  acknowledged: number
  /** none where the run was sound */
  faults: Fault[]
  /** how many things each kind of fault happened to */
  counts: Record<Tally, number>
  /** `acked A · lost L · doubled D · reordered R · holes H · unread U · leaked K` */
  line: string
}

export function check(evidence: Evidence): Verdict {
  const faults = checks.flatMap((one) => one(evidence))
  const acknowledged = countAcknowledged(evidence)
  const count = (tally: Tally) =>
    new Set(faults.filter((fault) => fault.tally === tally).map(({ subject }) => subject)).size
  const counts = {
    lost: count('lost'),
    doubled: count('doubled'),
    reordered: count('reordered'),
    holes: count('holes'),
    unread: count('unread'),
    leaked: count('leaked'),
    other: count('other'),
  }
  return { acknowledged, faults, counts, line: toLine(acknowledged, counts) }
}

/** What is wrong, a line each, the invariant first; no more lines than can be read. */
export function explain({ faults }: Verdict): string[] {
  const lines = faults.map(({ invariant, what }) => `${invariant} (${invariants[invariant]}): ${what}`)
  const told = [...new Set(lines)]
  return told.length > MOST_LINES
    ? [...told.slice(0, MOST_LINES), `and ${told.length - MOST_LINES} more`]
    : told
}

/** What was counted, as it is told. */
export function toLine(acknowledged: number, { other, ...counts }: Verdict['counts']): string {
  const parts = Object.entries(counts).map(([name, count]) => `${name} ${count}`)
  return [`acked ${acknowledged}`, ...parts, ...(other > 0 ? [`other ${other}`] : [])].join(' · ')
}

// --- Internal helpers ---

const MOST_LINES = 40
const checks: Check[] = [
  checkMessages,
  checkOrder,
  checkReceipts,
  checkAccess,
  checkPresence,
  checkTyping,
  checkProcesses,
  checkViews,
  checkErasures,
]
