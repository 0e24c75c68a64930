// npm run fuzz -- --minutes N --seed S: sends the production build what nobody would, and ends with a line of figures.
import { parseArgs } from 'node:util'
import { setTimeout as delay } from 'node:timers/promises'
import { fuzzRequests, fuzzViolations } from './frames.ts'
import { startHonest } from './honest.ts'
import { fuzzBytes, fuzzCalls, fuzzUpgrades } from './http.ts'
import type { Job } from './job.ts'
import { fuzzPassing } from './passing.ts'
import { createRandom } from './random.ts'
import { fuzzSequences } from './sequences.ts'
import { startTarget, type Target } from './target.ts'
import { Tally } from './tally.ts'

const USAGE = `usage: npm run fuzz -- [--minutes N] [--seed S]

  --minutes  how long; 1 unless told otherwise
  --seed     what decides the inputs; another one each time unless told otherwise
`
/** How many of each work beside one another. */
const PARTS: [part: (job: Job) => () => Promise<void>, workers: number][] = [
  [fuzzRequests, 3],
  [fuzzViolations, 8],
  [fuzzUpgrades, 8],
  [fuzzBytes, 8],
  [fuzzCalls, 2],
  [fuzzPassing, 2],
  [fuzzSequences, 3],
]
/** What the process holds may have grown by this factor, which is the noise of two measurements. */
const MOST_GROWTH = 1.2
/** Before this much was sent, what the process holds is not what it will hold; on a busy machine it takes longer. */
const WARM_UP_SHARE = 0.15
const WARM_UP_INPUTS = 15_000

const { minutes, seed } = readArguments()
print(`seed ${seed}, ${minutes} min`)
const target = await startTarget()
const userIds = Array.from({ length: 12 }, (_, at) => `fuzz-${at}`)
await Promise.all(userIds.map((userId) => target.register(userId)))
const honest = await startHonest(target)
const tally = new Tally(honest.controlMs)
const random = createRandom(seed)

await run(minutes * WARM_UP_SHARE, WARM_UP_INPUTS)
const heldBefore = await settledBytes(target)
await run(minutes * (1 - WARM_UP_SHARE))
const heldAfter = await settledBytes(target)
const uncaught = await target.uncaught()
const { sent, lost, doubled, reordered } = await honest.stop()
const exitCode = await target.stop()

tell()
const figures = [
  `${tally.inputs.toLocaleString('en')} inputs in ${minutes} min, seed ${seed}`,
  `${tally.faults.length} faults, ${uncaught} uncaught, exit code ${exitCode}`,
  `held memory ${toMiB(heldBefore)} -> ${toMiB(heldAfter)} MiB`,
  `honest messages ${sent}, lost ${lost}, doubled ${doubled}, reordered ${reordered}`,
]
const isWell =
  tally.faults.length + uncaught + lost + doubled + reordered + noise().length === 0 &&
  exitCode === 0 &&
  heldAfter / heldBefore < MOST_GROWTH
print(`${isWell ? 'well' : 'FAULTY'}: ${figures.join('; ')}`)
process.exit(isWell ? 0 : 1)

// --- Internal helpers ---

function readArguments() {
  try {
    const options = { minutes: { type: 'string' }, seed: { type: 'string' } } as const
    const { values } = parseArgs({ options })
    const given = {
      minutes: Number(values.minutes ?? 1),
      seed: Number(values.seed ?? Date.now() % 1_000_000),
    }
    if (!(given.minutes > 0) || !Number.isSafeInteger(given.seed)) throw new Error('give numbers')
    return given
  } catch (error) {
    process.stderr.write(
      `unable to fuzz; ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`,
    )
    return process.exit(2)
  }
}

function print(line: string) {
  process.stdout.write(`${line}\n`)
}

/** Lets all parts work for so long and on so many inputs; that the server ends meanwhile is the end of all. */
async function run(forMinutes: number, inputs = 0): Promise<void> {
  const deadline = performance.now() + forMinutes * 60_000
  const workers = PARTS.flatMap(([part, count]) => Array<(typeof PARTS)[number][0]>(count).fill(part))
  await Promise.all(
    workers.map(async (part) => {
      const step = part({ target, random: random.fork(), tally, userIds })
      while ((performance.now() < deadline || tally.inputs < inputs) && target.isAlive())
        await step().catch((error: unknown) => failed(part.name, error))
    }),
  )
  if (target.isAlive()) return
  tell()
  print(target.output().slice(-5_000))
  print(`FAULTY: the server ended after ${tally.inputs.toLocaleString('en')} inputs, seed ${seed}`)
  process.exit(1)
}

/** What came out of what, and what should not have. */
function tell() {
  print(tally.report())
  for (const { kind, what, input } of tally.faults.slice(0, 20)) print(`fault: ${kind} ${what}: ${input}`)
  for (const line of noise().slice(0, 20)) print(`the server said: ${line}`)
}

/** What a server that is well never says. */
function noise() {
  const lines = target.output().split('\n')
  return lines.filter((line) =>
    /unhandledRejection|uncaughtException|"level":"(?:error|fatal)"|^\s+at /.test(line),
  )
}

/** A part that cannot go on has met something, too. */
function failed(part: string, error: unknown) {
  tally.fault({
    kind: part,
    what: 'could not go on',
    input: error instanceof Error ? (error.stack ?? error.message) : String(error),
  })
}

/** What the process holds once the sockets of the parts are gone, and what is kept for a moment is not kept any more. */
async function settledBytes(of: Target): Promise<number> {
  for (const userId of userIds) await of.call(`DELETE /api/users/${userId}/sessions`)
  while ((await of.connections()) > honest.connections) await delay(50)
  return untilSteady(of)
}

async function untilSteady(of: Target, last = Infinity): Promise<number> {
  await delay(1_000)
  const held = await of.heldBytes()
  return held > last * 0.998 ? held : untilSteady(of, held)
}

function toMiB(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1)
}
