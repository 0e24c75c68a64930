// The record of the last whole run: docs/performance.json, from which docs/performance.md is made.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Summary } from './summary.ts'

export function readRecorded(): Summary {
  return JSON.parse(readFileSync(RECORD, 'utf8'))
}

/** Writes the record, and the documents that are made from it. */
export async function record(summary: Summary): Promise<void> {
  writeFileSync(RECORD, `${JSON.stringify(summary, roundOff, 2)}\n`)
  await import('#rufer/scripts/docs.ts')
}

// --- Internal helpers ---

const RECORD = join(import.meta.dirname, '../../docs/performance.json')

/** Digits beyond these are noise. */
function roundOff(_key: string, value: unknown) {
  return typeof value === 'number' ? Number(value.toPrecision(5)) : value
}
