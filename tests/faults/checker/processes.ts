// Processes: memory that is bounded (I15), nothing unhandled (I16), and a defined answer to nonsense (I17).
import { closeCodes } from '#rufer/shared/protocol/close-codes.ts'
import { isErrorCode } from '#rufer/shared/protocol/errors.ts'
import { limits } from '#rufer/shared/protocol/limits.ts'
import type { Evidence } from '#rufer/tests/faults/evidence.ts'
import type { Entry } from '#rufer/tests/faults/history.ts'
import { callsOf, groupBy } from './calls.ts'
import type { Fault } from './fault.ts'

export function checkProcesses(evidence: Evidence): Fault[] {
  const processes = [...groupBy(evidence.entries, ({ device }) => device)]
  return [...processes.flatMap(checkMemory), ...processes.flatMap(checkEnds), ...checkNonsense(evidence)]
}

// --- Internal helpers ---

/** How much more than before a server may hold once the load is gone. */
const GIVEN_BACK = 1.1
const ANSWER_MS = 1_000

function checkMemory([name, entries]: [string, Entry[]]): Fault[] {
  const samples = entries.flatMap((entry) => (entry.type === 'memory' ? [entry] : []))
  const before = samples.find(({ when }) => when === 'before')?.rssBytes ?? Infinity
  return samples.flatMap(({ when, rssBytes, unsentBytes }) => {
    if (unsentBytes > limits.unsentBytes.standard) return [fault('I15', name, `${unsentBytes} bytes unsent`)]
    const isKept = when === 'after' && rssBytes > before * GIVEN_BACK
    return isKept ? [fault('I15', name, `${rssBytes} bytes after the load, ${before} before it`)] : []
  })
}

/** A process ends only where it is told to. */
function checkEnds([name, entries]: [string, Entry[]]): Fault[] {
  let isTold = false
  return entries.flatMap((entry) => {
    if (entry.type !== 'process') return []
    if (entry.what === 'unhandled') return [fault('I16', name, entry.line)]
    const isFault = entry.what === 'ended' && !isTold
    isTold = entry.what === 'killed' || entry.what === 'stopping'
    return isFault ? [fault('I16', name, `ended by itself, with ${entry.code}`)] : []
  })
}

function checkNonsense({ entries, slackMs }: Evidence): Fault[] {
  return callsOf(entries, ['nonsense']).flatMap(({ ask, device, at, endedAt = Infinity, answer }) => {
    const isDefined = isErrorCode(answer?.code) || closes.has(answer?.code)
    const isSoon = endedAt - at <= ANSWER_MS + slackMs
    return isDefined && isSoon
      ? []
      : [fault('I17', device, `${ask.what} was answered with ${answer?.code ?? 'nothing'}`)]
  })
}

const closes: ReadonlySet<unknown> = new Set(Object.values(closeCodes).map(({ code }) => code))

function fault(invariant: 'I15' | 'I16' | 'I17', name: string, what: string): Fault {
  return { invariant, tally: 'other', subject: `${name} ${what}`, what: `${name}: ${what}` }
}
