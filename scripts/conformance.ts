// npm run conformance -- <ws-url> <http-url> <secret>: holds any server against the protocol, from outside, and prints a table.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toTable, type Report } from './conformance/table.ts'

const [wsUrl, url, key, ...more] = process.argv.slice(2)
if (!isUrl(wsUrl, /^wss?:$/) || !isUrl(url, /^https?:$/) || !key || more.length > 0) {
  process.stderr.write('usage: npm run conformance -- <ws://host/ws> <http://host> <secret key>\n')
  process.exit(1)
}
if (!(await isThere(url))) {
  process.stderr.write(`unable to test; no server answers at ${url}/health\n`)
  process.exit(1)
}

const folder = mkdtempSync(join(tmpdir(), 'rufer-conformance-'))
const file = join(folder, 'report.json')
spawnSync('vitest', ['run', '--project', 'conformance', '--reporter=json', `--outputFile=${file}`], {
  cwd: join(import.meta.dirname, '..'),
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    ...process.env,
    RUFER_CONFORMANCE_URL: url.replace(/\/$/, ''),
    RUFER_CONFORMANCE_WS_URL: wsUrl.replace(/\/(?:ws)?$/, ''),
    RUFER_CONFORMANCE_KEY: key,
  },
})
const report: Report = JSON.parse(readFileSync(file, 'utf8'))
rmSync(folder, { recursive: true })
const { text, failed } = toTable(report)
process.stdout.write(text)
process.exitCode = failed > 0 ? 1 : 0

// --- Internal helpers ---

function isUrl(value: string | undefined, protocol: RegExp): value is string {
  return value !== undefined && URL.canParse(value) && protocol.test(new URL(value).protocol)
}

function isThere(address: string) {
  return fetch(new URL('/health', address)).then(
    ({ ok }) => ok,
    () => false,
  )
}
