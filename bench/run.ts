// A run: every measurement on every side, in alternating rounds, and what it came to.
import type { Round } from './figures.ts'
import { describeMachine, findVersionOfMongod } from './machine.ts'
import { measurements } from './measurements/all.ts'
import type { Measurement } from './measurements/measurement.ts'
import type { BenchOptions } from './options.ts'
import { summarise } from './report/summarise.ts'
import type { Summary } from './report/summary.ts'
import { sides } from './sides/sides.ts'
import { openStage } from './stage.ts'

/** Says on stderr how far it has come. */
export async function takeRun(options: BenchOptions): Promise<Summary> {
  const mongod = await findVersionOfMongod()
  const { chosen, names, skipped } = choose(options, 'fault' in mongod ? mongod.fault : undefined)
  const rounds = await takeRounds(chosen, openStage(options.extent, names))
  return {
    ...describeMachine('version' in mongod ? { mongod: mongod.version } : {}),
    extent: { ...options.extent },
    skipped,
    ...summarise(rounds, chosen),
  }
}

// --- Internal helpers ---

/** What is wanted and possible, and why the rest is not. */
function choose({ only, sides: wanted }: BenchOptions, fault: string | undefined) {
  const named = measurements.filter(({ name }) => only.includes(name))
  const isPossible = ({ needsMongod = false }: { needsMongod?: boolean }) =>
    !needsMongod || fault === undefined
  return {
    chosen: named.filter(isPossible),
    names: wanted.filter((name) => isPossible(sides[name])),
    skipped: [
      ...wanted.filter((name) => !isPossible(sides[name])).map((name) => `${sides[name].title}: ${fault}`),
      ...named.filter((each) => !isPossible(each)).map(({ title }) => `${title}: ${fault}`),
    ],
  }
}

async function takeRounds(chosen: Measurement[], stage: ReturnType<typeof openStage>): Promise<Round[]> {
  await using kept = stage
  const takers = await Array.fromAsync(chosen, async (measurement) => {
    process.stderr.write(`setting up ${measurement.name}\n`)
    return { name: measurement.name, take: await measurement.begin(kept) }
  })
  // awaited here, so that nothing ends before
  return await Array.fromAsync({ length: kept.extent.rounds }, async (_, index) => {
    const round: Round = {}
    await Array.fromAsync(takers, async ({ name, take }) => {
      process.stderr.write(`round ${index + 1} of ${kept.extent.rounds}: ${name}\n`)
      round[name] = await take(round)
    })
    return round
  })
}
