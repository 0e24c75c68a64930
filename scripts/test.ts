// npm test: builds, finds a browser, runs every test, and ends with how many passed, failed and were skipped.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findOrInstallChromium } from './chromium.ts'

interface Report {
  numPassedTests: number
  numFailedTests: number
  testResults: { name: string; status: string; assertionResults: { status: string; fullName: string }[] }[]
}

/** Those take minutes: npm run faults, which wants the machine for itself, npm run examples, which wants the package, and
 * what tries the benchmarks; and npm run conformance wants a server. */
const WITHOUT = ['conformance', 'faults', 'examples', 'bench'].map((name) => `--project=!${name}`)
const wanted = process.argv.slice(2)
const env: NodeJS.ProcessEnv = {
  ...process.env,
  NUXT_TELEMETRY_DISABLED: '1',
  CHROMIUM_PATH: findOrInstallChromium(),
  // hundreds of processes start, and most of them load the same
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../node_modules/.cache/compiled'),
}
const folder = mkdtempSync(join(tmpdir(), 'rufer-report-'))
const file = join(folder, 'report.json')

// .ci/run has done so already
if (process.env['RUFER_IS_BUILT'] !== '1') run('nuxt', ['build'])
const ok = run(
  'vitest',
  ['run', ...WITHOUT, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...wanted],
  { mayFail: true },
)
const report: Report = JSON.parse(readFileSync(file, 'utf8'))
rmSync(folder, { recursive: true })
summarise(report)
process.exitCode = ok ? 0 : 1

// --- Internal helpers ---

/** Runs a command of the project; ends the whole where it fails. */
function run(command: string, args: string[], { mayFail = false } = {}): boolean {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', env })
  if (error) throw error
  if (status !== 0 && !mayFail) process.exit(status ?? 1)
  return status === 0
}

/** A test file that could not even be loaded counts as one failure; what was skipped is named. */
function summarise({ numPassedTests, numFailedTests, testResults }: Report) {
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  const skipped = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status !== 'passed' && status !== 'failed'),
  )
  for (const { fullName } of skipped) process.stdout.write(`skipped: ${fullName}\n`)
  const failed = numFailedTests + broken.length
  const tail = skipped.length > 0 ? `, ${skipped.length} skipped` : ''
  process.stdout.write(`${numPassedTests} passed, ${failed} failed${tail}\n`)
}
