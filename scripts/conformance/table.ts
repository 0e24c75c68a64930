// The table of npm run conformance: a line for each part of the protocol, then whatever failed, and why.
import { basename } from 'node:path'

/** What vitest says of a run. */
export interface Report {
  testResults: {
    name: string
    status: string
    message: string
    assertionResults: { status: string; fullName: string; failureMessages: string[] | null }[]
  }[]
}

/** The table as text, and how many tests failed. */
export function toTable({ testResults }: Report): { text: string; failed: number } {
  const parts = testResults.map(toPart).toSorted((one, other) => (one.name < other.name ? -1 : 1))
  const total = { name: 'in all', passed: 0, failed: 0, skipped: 0, faults: [] as string[] }
  for (const { passed, failed, skipped, faults } of parts) {
    total.passed += passed
    total.failed += failed
    total.skipped += skipped
    total.faults.push(...faults)
  }
  const lines = [...parts, total].map(({ name, passed, failed, skipped }) =>
    toLine(name, [passed, failed, skipped]),
  )
  const text = [toLine('', ['passed', 'failed', 'not from outside']), ...lines, ...total.faults, ''].join(
    '\n',
  )
  return { text, failed: total.failed }
}

// --- Internal helpers ---

function toPart({ name, status, message, assertionResults }: Report['testResults'][number]) {
  const of = (wanted: string) => assertionResults.filter((result) => result.status === wanted)
  const part = basename(name, '.test.ts')
  // one whose beginning failed has no results
  const isBroken = status === 'failed' && of('failed').length === 0
  const faults = of('failed').map(
    ({ fullName, failureMessages }) => `${fullName}: ${firstLine(failureMessages?.[0])}`,
  )
  if (isBroken) faults.push(firstLine(message))
  return {
    name: part,
    passed: of('passed').length,
    failed: faults.length,
    skipped: assertionResults.length - of('passed').length - of('failed').length,
    faults: faults.map((fault) => `FAILED ${part}: ${fault}`),
  }
}

function firstLine(text = '') {
  return text.split('\n', 1)[0] ?? ''
}

function toLine(name: string, cells: (string | number)[]) {
  return [name.padEnd(22), ...cells.map((cell) => String(cell).padStart(8))].join('  ').trimEnd()
}
