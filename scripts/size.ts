// npm run size: what a browser loads to show a conversation for the first time, gzipped, each beside its budget.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { firstLoad } from '#rufer/tests/helpers/first-load.ts'

const USAGE = `usage: npm run size -- [--js KiB] [--css KiB]

  --js, --css  the budgets, gzipped; 110 and 15 unless told otherwise
`

const budgets = readArguments()
if (!existsSync(join(import.meta.dirname, '../.output/server/index.mjs')))
  fail('there is no build: run npm run build first')
const load = await firstLoad()
for (const kind of ['js', 'css'] as const) {
  const isAbove = load[kind] > budgets[kind]
  const verdict = isAbove ? 'above' : 'within'
  process.stdout.write(
    `first load, ${kind}: ${load[kind].toFixed(1)} KiB gzip, ${verdict} the ${budgets[kind]}\n`,
  )
  if (isAbove) process.exitCode = 1
}
process.stdout.write(`fetched ahead, once idle: ${load.ahead.toFixed(1)} KiB gzip\n`)
process.stdout.write(`other origins asked: ${load.others.join(', ') || 'none'}\n`)
if (load.others.length > 0) process.exitCode = 1

// --- Internal helpers ---

function readArguments(): { js: number; css: number } {
  try {
    const options = {
      js: { type: 'string', default: '110' },
      css: { type: 'string', default: '15' },
    } as const
    const { values } = parseArgs({ options })
    const given = { js: Number(values.js), css: Number(values.css) }
    if (Number.isNaN(given.js + given.css)) throw new Error('a budget is a number')
    return given
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

function fail(reason: string): never {
  process.stderr.write(`unable to measure the first load; ${reason}\n\n${USAGE}`)
  process.exit(1)
}
