// A trial as a test: with a seed that is told, and with everything kept where it fails.
import { randomInt } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFailed } from 'vitest'
import { createHistory, type History } from '#rufer/tests/faults/history.ts'
import { until } from '#rufer/tests/helpers/until.ts'
import { perform, type Stage, type Trial } from './trial.ts'

/**
 * Puts a load on the stage, and lets `fault` break and mend it.
 *
 * @returns the invariants that were broken, each with what happened, and who was not level again in time
 */
export async function endure(
  name: string,
  stage: Stage,
  fault: (trial: Trial) => Promise<void>,
): Promise<string[]> {
  const seed = Number(process.env['RUFER_FAULT_SEED'] ?? randomInt(2 ** 31))
  process.stdout.write(`${name}: RUFER_FAULT_SEED=${seed}\n`)
  const history = createHistory()
  keepWhenFailed(name, history, stage)
  const { verdict, faults, figures } = await perform({ stage, seed, history }, fault)
  process.stdout.write(`${name}: ${verdict.line} · ${figures}\n`)
  return faults
}

/** Waits until clients are told from now on to come back and read what they missed. */
export async function untilSentAway({ entries }: History): Promise<void> {
  const before = entries.length
  await until({ what: 'clients are sent away', timeoutMs: SENT_AWAY_MS }, () =>
    closesOf(entries.slice(before)).includes(1012) ? undefined : 'nobody was',
  )
}

/** The codes that connections ended with, but for those that clients ended themselves. */
export function closesOf(entries: History['entries']): number[] {
  return entries.flatMap((entry) => (entry.type === 'closed' && entry.code !== 1000 ? [entry.code] : []))
}

// --- Internal helpers ---

const SENT_AWAY_MS = 30_000

function keepWhenFailed(name: string, history: History, { servers }: Stage) {
  onTestFailed(() => {
    const folder = mkdtempSync(join(tmpdir(), 'rufer-trial-'))
    history.save(join(folder, 'history.jsonl'))
    for (const [index, server] of servers.entries())
      writeFileSync(join(folder, `server-${index + 1}.log`), server.output())
    process.stdout.write(`${name}: the history, and what the servers said, is in ${folder}\n`)
  })
}
