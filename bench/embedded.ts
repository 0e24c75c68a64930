// The embedded engine beside the bare relay, in alternating rounds.
import { measureCommittedRows } from './committed-rows.ts'
import { putLoadOn } from './load.ts'
import type { Extent } from './options.ts'
import { makeReport } from './report.ts'
import { takeRounds } from './rounds.ts'
import { startRelay, startRufer } from './sides.ts'

/** @returns the report */
export async function measureEmbedded({ pairs, seconds, rounds }: Extent): Promise<string> {
  const scenarios = { closed: { seconds }, open: { seconds, perSecond: PER_SECOND } }
  await using relay = await startRelay(pairs)
  await using rufer = await startRufer(pairs)
  const taken = await takeRounds(rounds, async () => ({
    rufer: await putLoadOn(rufer, scenarios),
    relay: await putLoadOn(relay, scenarios),
    rowMs: measureCommittedRows(Math.min(1, seconds)),
  }))
  return makeReport(taken, PER_SECOND)
}

// --- Internal helpers ---

/** The rate of the open loop. */
const PER_SECOND = 1_000
