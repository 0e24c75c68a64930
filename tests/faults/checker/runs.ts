// Runs: numbers that go up by one each, as somebody saw them.
import type { Freed } from './erased.ts'
import type { Fault } from './fault.ts'

export interface Run {
  who: string
  conversationId: string
  /** what the numbers are */
  of: 'rev' | 'seq'
  numbers: readonly number[]
  /** the one before the first; undefined: whatever that was */
  after?: number | undefined
  /** those that need not be seen */
  freed?: Freed | undefined
  /** those that may be seen behind greater ones */
  late?: ReadonlySet<number>
}

/** What somebody saw again, too late, or never. */
export function checkRun({ who, conversationId, of, numbers, after, freed, late }: Run): Fault[] {
  const first = after ?? Math.min(...numbers) - 1
  const seen = new Set<number>()
  let last = first
  const faults = numbers.flatMap((number): Fault[] => {
    const subject = `${conversationId} ${of} ${number}`
    const isAgain = number <= first || seen.size === seen.add(number).size
    const isLate = number < last && !late?.has(number)
    last = Math.max(last, number)
    if (isAgain) return [{ invariant: 'I3', tally: 'doubled', subject, what: `${who} saw ${subject} again` }]
    return isLate
      ? [{ invariant: 'I3', tally: 'reordered', subject, what: `${who} saw ${subject} too late` }]
      : []
  })
  const missing = Array.from({ length: last - first }, (_, index) => first + 1 + index)
    .filter((number) => !seen.has(number) && !freed?.known.has(number))
    .slice(freed?.unknown ?? 0)
    .map((number): Fault => {
      const subject = `${conversationId} ${of} ${number}`
      return { invariant: 'I3', tally: 'holes', subject, what: `${who} never saw ${subject}` }
    })
  return [...faults, ...missing]
}
