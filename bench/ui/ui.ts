// npm run bench:ui: how the chat page feels, measured in a browser on the production build; each figure beside its goal.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { firstLoad } from '#rufer/tests/helpers/first-load.ts'
import { measureBursts } from './bursts.ts'
import { isMet, toLine, type Figure } from './figure.ts'
import { measureListOpening, measureOpening } from './opening.ts'
import { measureLongList, measureSwitching } from './lasting.ts'
import { measurePaging, measureResizing } from './reading.ts'
import { openStage, type Stage } from './stage.ts'
import { measureTyping } from './writing.ts'

const USAGE = `usage: npm run bench:ui -- [--small] [--only name]…

  --small  little of everything: shows that it runs, and judges nothing
  --only   first-load, opening, list, paging, bursts, typing, resizing, long-list or switching
`
const STANDARD = {
  messages: 100_000,
  conversations: 10_000,
  rounds: 9,
  pages: 40,
  seconds: 5,
  keys: 40,
  sizes: 7,
  warmUp: 40,
  switches: 500,
}
const SMALL: typeof STANDARD = {
  messages: 1_000,
  conversations: 200,
  rounds: 1,
  pages: 3,
  seconds: 0.5,
  keys: 3,
  sizes: 2,
  warmUp: 4,
  switches: 4,
}

const parts: Record<string, (stage: Stage, size: typeof STANDARD) => Promise<Figure[]>> = {
  'first-load': measureFirstLoad,
  opening: (stage, { rounds }) => measureOpening(stage, rounds),
  list: (stage, { rounds }) => measureListOpening(stage, rounds),
  paging: (stage, { pages }) => measurePaging(stage, pages),
  bursts: (stage, { seconds }) => measureBursts(stage, seconds),
  typing: (stage, { keys }) => measureTyping(stage, keys),
  resizing: (stage, { sizes }) => measureResizing(stage, sizes),
  'long-list': (stage) => measureLongList(stage),
  switching: (stage, { warmUp, switches }) => measureSwitching(stage, { warmUp, switches }),
}

const { isSmall, names } = readArguments()
if (!existsSync(join(import.meta.dirname, '../../.output/server/index.mjs')))
  fail('there is no build: run npm run build first')
const size = isSmall ? SMALL : STANDARD
const stage = await openStage(size)
const figures: Figure[] = []
try {
  // Where nothing is judged, nothing is disturbed either: all at once.
  if (isSmall) figures.push(...tell((await Promise.all(names.map(measure))).flat()))
  else for (const name of names) figures.push(...tell(await measure(name)))
  figures.push(...tell([{ name: 'errors that the pages told of', value: stage.errors.length, goal: 0 }]))
  for (const error of stage.errors) process.stderr.write(`${error}\n`)
} finally {
  await stage.close()
}
if (!isSmall && !figures.every(isMet)) process.exitCode = 1

// --- Internal helpers ---

function readArguments() {
  try {
    const options = { small: { type: 'boolean' }, only: { type: 'string', multiple: true } } as const
    const { values } = parseArgs({ options })
    const unknown = values.only?.find((name) => !(name in parts))
    if (unknown) throw new Error(`there is nothing named ${unknown}`)
    return { isSmall: values.small === true, names: values.only ?? Object.keys(parts) }
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

function fail(reason: string): never {
  process.stderr.write(`unable to measure the page; ${reason}\n\n${USAGE}`)
  process.exit(1)
}

async function measure(name: string): Promise<Figure[]> {
  return (await parts[name]?.(stage, size)) ?? []
}

function tell(told: Figure[]): Figure[] {
  for (const figure of told) process.stdout.write(`${toLine(figure)}\n`)
  return told
}

async function measureFirstLoad(): Promise<Figure[]> {
  const { js, css, others } = await firstLoad()
  return [
    { name: 'first load, JavaScript, gzip', value: js, goal: 110, unit: ' KiB' },
    { name: 'first load, CSS, gzip', value: css, goal: 15, unit: ' KiB' },
    { name: 'first load, other origins asked', value: others.length, goal: 0 },
  ]
}
