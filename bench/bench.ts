// npm run bench: measures Rufer's production build beside what bounds it, and prints a report.
import { spawnSync } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { readOptions, type Options } from './options.ts'

try {
  const options = readOptions()
  if (options.build) buildProduct()
  const { title, extent, measure } = await choosePlan(options)
  process.stdout.write(describe(title, extent))
  process.stdout.write(`${await measure()}\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

// --- Internal helpers ---

interface Plan {
  title: string
  extent: string
  measure: () => Promise<string>
}

/** Loads only what this run measures with. */
async function choosePlan(options: Options): Promise<Plan> {
  const { pairs, rounds, seconds } = options
  const extent = `${toNumber(pairs, 'pair')} over loopback; medians of ${toNumber(rounds, 'round')} of ${seconds} s a scenario, servers and load generator in processes of their own`
  if (options.plan === 'scaling') {
    const { measureScaling } = await import('./scaling/scaling.ts')
    const { events, messages, connections } = options
    return {
      title: 'What one process reads and holds, and what a message takes in each store',
      extent: `${toNumber(events, 'event')}, ${toNumber(messages, 'message')}, ${toNumber(connections, 'connection')}, over loopback`,
      measure: () => measureScaling(options),
    }
  }
  if (options.plan === 'mongo') {
    const { measureMongo } = await import('./mongo/rounds.ts')
    const title =
      'Rufer on MongoDB, beside the embedded engine, a bare ws relay that stores nothing, and bare transactions'
    return { title, extent, measure: () => measureMongo(options) }
  }
  const { measureEmbedded } = await import('./embedded.ts')
  const title = 'Rufer beside a bare ws relay that stores nothing'
  return { title, extent, measure: () => measureEmbedded(options) }
}

function buildProduct() {
  const { status } = spawnSync('nuxt', ['build'], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error('unable to measure; the build failed, see: npm run build')
}

function describe(title: string, extent: string) {
  const processors = cpus()
  return `${title}
${new Date().toISOString()}, Node ${process.version}, ${processors.length} × ${processors[0]?.model.trim()}, ${process.platform}, load average ${loadavg()[0]?.toFixed(1)} before the run
${extent}

`
}

function toNumber(count: number, noun: string) {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}
