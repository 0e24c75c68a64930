// npm run chaos -- --minutes N --seed S [--engine mongo]: breaks whatever can break under load, and counts what became of it.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { disturb } from './chaos/disturb.ts'
import { isEngine, openScene } from './chaos/scenes.ts'
import { createTotals } from './chaos/totals.ts'
import { createHistory } from './history.ts'
import { createRandom } from './load/random.ts'
import { perform } from './trial/trial.ts'

const USAGE = `usage: npm run chaos -- [--minutes N] [--seed S] [--engine mongo]

  --minutes  how long things break; 1 unless told otherwise
  --seed     what decides who does what, and what breaks; another one each time unless told otherwise
  --engine   embedded, unless it is mongo: three servers on a replica set of three
`
/** Every round has a cast of its own, and is judged by itself, so that a long run fits into memory. */
const ROUND_MS = 60_000

const { minutes, seed, engine } = readArguments()
print(`chaos on ${engine}, ${minutes} min, seed ${seed}`)
const scene = await openScene(engine)
const random = createRandom(seed)
const totals = createTotals()
const rounds = Math.ceil((minutes * 60_000) / ROUND_MS)

for (let round = 1; round <= rounds; round++)
  await play(round, Math.min(ROUND_MS, minutes * 60_000 - (round - 1) * ROUND_MS))
const { messages } = await scene.stage.readStored([...totals.conversationIds])
const missing = totals.findMissing(messages)
const damage = scene.findDamage()
await scene.stop()
missing.forEach((id) => print(`FAULTY: message ${id} was acknowledged and is gone in the end`))
damage.forEach((line) => print(`FAULTY: ${line}`))
print(`${totals.acts()}; ${minutes} min on ${engine}, seed ${seed}`)
print(totals.line())
process.exit(totals.isSound() && missing.length + damage.length === 0 ? 0 : 1)

// --- Internal helpers ---

function readArguments() {
  try {
    const options = {
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      engine: { type: 'string', default: 'embedded' },
    } as const
    const { values } = parseArgs({ options })
    const given = { minutes: Number(values.minutes), seed: Number(values.seed), engine: values.engine }
    if (!(given.minutes > 0) || !Number.isSafeInteger(given.seed)) throw new Error('give numbers')
    if (!isEngine(given.engine)) throw new Error(`there is no engine ${given.engine}`)
    return { ...given, engine: given.engine }
  } catch (error) {
    process.stderr.write(
      `unable to make chaos; ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`,
    )
    return process.exit(2)
  }
}

function print(line: string) {
  process.stdout.write(`${line}\n`)
}

/** One cast, all that happens to it, and what became of it. */
async function play(round: number, forMs: number) {
  const history = createHistory()
  const load = {
    users: 4 + Math.floor(random() * 6),
    stepsPerSecond: Math.round(scene.stepsPerSecond * (0.75 + random() / 2)),
    // about one a second of each, whatever the rate
    breaks: Math.ceil(1_000 / scene.stepsPerSecond),
    acknowledged: 20,
    levelMs: 60_000,
  }
  const stage = { ...scene.stage, load }
  const own = { stage, history, seed: Math.floor(random() * 2 ** 31) }
  const outcome = await perform(own, async (trial) => {
    for (const act of await disturb(scene, trial, forMs)) totals.addAct(act)
  })
  totals.add(outcome, history)
  print(`round ${round} of ${rounds}: ${outcome.verdict.line} · ${outcome.figures}`)
  if (outcome.faults.length === 0) return
  outcome.faults.forEach((line) => print(`FAULTY: ${line}`))
  const folder = mkdtempSync(join(tmpdir(), 'rufer-chaos-'))
  history.save(join(folder, 'history.jsonl'))
  print(`the history is in ${folder}`)
}
