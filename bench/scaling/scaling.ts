// The figures of docs/scaling.md: what one process reads and holds, and what a message takes in each store.
import type { ScalingExtent } from '#rufer/bench/options.ts'
import { measureConnections } from './connections.ts'
import { measureReading } from './reading.ts'
import { makeScalingReport } from './report.ts'
import { measureStored } from './stored.ts'

/** @returns the report */
export async function measureScaling({ events, messages, connections }: ScalingExtent): Promise<string> {
  return makeScalingReport({
    reading: await step('events', () => measureReading(events)),
    stored: await step('messages', () => measureStored(messages)),
    holding: await step('connections', () => measureConnections(connections)),
  })
}

// --- Internal helpers ---

function step<Result>(name: string, measure: () => Promise<Result>): Promise<Result> {
  process.stderr.write(`${name}\n`)
  return measure()
}
