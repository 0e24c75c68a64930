// Totals: what all rounds of a chaos come to, and what is left of the earlier ones in the end.
import { toLine, type Verdict } from '#rufer/tests/faults/checker.ts'
import { callsOf } from '#rufer/tests/faults/checker/calls.ts'
import type { Stored } from '#rufer/tests/faults/evidence.ts'
import type { History } from '#rufer/tests/faults/history.ts'
import type { Outcome } from '#rufer/tests/faults/trial/trial.ts'

export function createTotals() {
  const acknowledged = new Set<string>()
  const conversationIds = new Set<string>()
  /** in whichever round, or in the end */
  const lost = new Set<string>()
  const acts = new Map<string, number>()
  const counts: Verdict['counts'] = {
    lost: 0,
    doubled: 0,
    reordered: 0,
    holes: 0,
    unread: 0,
    leaked: 0,
    other: 0,
  }
  let isSound = true

  return {
    conversationIds,
    addAct: (name: string) => acts.set(name, (acts.get(name) ?? 0) + 1),
    /** how often what was done */
    acts: () => [...acts].map(([name, count]) => `${name} ${count}`).join(', '),
    add({ verdict, faults }: Outcome, { entries }: History) {
      isSound &&= faults.length === 0
      for (const { ask, outcome } of callsOf(entries, ['message.send'])) {
        if (outcome !== 'ok') continue
        acknowledged.add(ask.id)
        conversationIds.add(ask.conversationId)
      }
      for (const { tally, subject } of verdict.faults) if (tally === 'lost') lost.add(subject)
      for (const tally of tallies) counts[tally] += verdict.counts[tally]
    },
    isSound: () => isSound,
    /** Which messages that were acknowledged in any round are not there any more. */
    findMissing(messages: Stored['messages']) {
      const missing = acknowledged.difference(new Set(messages.map(({ id }) => id)))
      for (const id of missing) lost.add(id)
      return [...missing]
    },
    line: () => toLine(acknowledged.size, { ...counts, lost: lost.size }),
  }
}

// --- Internal helpers ---

const tallies = ['lost', 'doubled', 'reordered', 'holes', 'unread', 'leaked', 'other'] as const
