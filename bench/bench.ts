// npm run bench: measures Rufer's production build beside what bounds it, and prints a report.
import { spawnSync } from 'node:child_process'
import { measurements } from './measurements/all.ts'
import { readOptions, type BenchOptions, type ScalingExtent } from './options.ts'
import { readRecorded, record } from './report/record.ts'
import { toComparison, toHeading, toText } from './report/text.ts'
import { takeRun } from './run.ts'

// whoever stops a run stops the servers with it: they are ended as this process exits
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

try {
  const { build, ...options } = readOptions(measurements.map(({ name }) => name))
  if (build) buildProduct()
  process.stdout.write(
    `${await (options.plan === 'scaling' ? measureScaling(options.extent) : measure(options))}\n`,
  )
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

// --- Internal helpers ---

function buildProduct() {
  const { status } = spawnSync('nuxt', ['build'], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error('unable to measure; the build failed, see: npm run build')
}

async function measure(options: BenchOptions): Promise<string> {
  const summary = await takeRun(options)
  if (options.write) await record(summary)
  const told = options.quick
    ? [toText({ ...summary, aims: [] }), toComparison(summary, readRecorded())]
    : [toText(summary)]
  return [toHeading(summary), ...told].join('\n\n')
}

/** Loads only what it measures with. */
async function measureScaling(extent: ScalingExtent): Promise<string> {
  const { measureScaling: take } = await import('./scaling/scaling.ts')
  return take(extent)
}
