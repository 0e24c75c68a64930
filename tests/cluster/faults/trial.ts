// A trial: a load on a cluster, a fault in the midst of it, and the judgement of what came of both.
import { randomInt } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFailed } from 'vitest'
import { check, explain } from '#rufer/tests/faults/checker.ts'
import { createHistory, type History } from '#rufer/tests/faults/history.ts'
import { gather, type Cast } from '#rufer/tests/faults/load/cast.ts'
import { levelAfter, slowestAnswer } from '#rufer/tests/faults/load/level.ts'
import { startLoad, untilLevel } from '#rufer/tests/faults/load/load.ts'
import { loadAfresh, readBack } from '#rufer/tests/faults/load/read-back.ts'
import { readStored } from '#rufer/tests/faults/load/stored.ts'
import type { Cluster } from './cluster.ts'
import { intrude } from './intruder.ts'
import { watchProcesses, type Processes } from './processes.ts'

export interface Trial extends Pick<Processes, 'end' | 'restart'> {
  history: History
  cast: Cast
  /** The cluster can do everything again; what follows in the fault is only its end. @default when the fault ends */
  mended: () => void
  /** For so long nobody on a server could be told anything, as it stood still: every time may be longer by that. */
  stoodStill: (ms: number) => void
}

/**
 * Puts a load on the cluster, and lets `fault` break and mend it.
 *
 * @returns the invariants that were broken, each with what happened, and who was not level again in time
 */
export async function endure(
  name: string,
  cluster: Cluster,
  fault: (trial: Trial) => Promise<void>,
): Promise<string[]> {
  const seed = Number(process.env['RUFER_FAULT_SEED'] ?? randomInt(2 ** 31))
  process.stdout.write(`${name}: RUFER_FAULT_SEED=${seed}\n`)
  const history = createHistory()
  keepWhenFailed(name, history, cluster)
  const { servers, uri } = cluster
  const processes = watchProcesses(servers, history)
  const cast = await gather({ servers, history, seed, users: USERS })
  const load = startLoad(cast, { seed, perSecond: STEPS_PER_SECOND })
  await intrude({ servers, history, cast })
  await untilAcknowledged(history, ACKNOWLEDGED_BEFORE)
  let mendedAt: number | undefined
  let stillMs = 0
  const mended = () => void (mendedAt = history.now())
  const stoodStill = (ms: number) => void (stillMs += ms)
  await fault({ ...processes, history, cast, mended, stoodStill })
  const since = mendedAt ?? history.now()
  const late = await complaintOf(untilLevelAgain(history, cast, since))
  await untilAcknowledged(history, ACKNOWLEDGED_AFTER)
  await load.stop()
  const behind = await complaintOf(untilLevel(cast, SETTLED_MS))
  // once more, as some may have been sent away only later
  const levelMs = levelAfter(history.entries, cast.members, since) ?? Infinity
  const { userIds, members } = cast
  const readings = await readBack({ servers, history, userIds })
  const fresh = await loadAfresh({ servers, history, userIds })
  const store = await readStored(uri, [...members.keys()])
  cast.close()
  processes.stop()
  const { entries } = history
  const verdict = check({ entries, members, readings, fresh, store, slackMs: SLACK_MS + stillMs })
  const figures = `level after ${toSeconds(levelMs)} · slowest answer ${toSeconds(slowestAnswer(entries))}`
  process.stdout.write(`${name}: ${verdict.line} · ${figures}\n`)
  return [...explain(verdict), ...late, ...behind]
}

/** Waits until clients are told from now on to come back and read what they missed. */
export async function untilSentAway({ entries }: History): Promise<void> {
  const before = entries.length
  const codes = () => entries.slice(before).flatMap((entry) => (entry.type === 'closed' ? [entry.code] : []))
  await expect.poll(codes, { timeout: LEVEL_MS, interval: 50 }).toContain(1012)
}

// --- Internal helpers ---

const USERS = 6
const STEPS_PER_SECOND = 30
/** So many messages before the fault, and so many more once it is over. */
const ACKNOWLEDGED_BEFORE = 100
const ACKNOWLEDGED_AFTER = 100
/** The aim is half of this, which is told; the other half is for machines that do something else meanwhile. */
const LEVEL_MS = 30_000
const SETTLED_MS = 60_000
/** The same for all other times. */
const SLACK_MS = 5_000

async function untilLevelAgain({ entries }: History, { members }: Cast, since: number) {
  await expect
    .poll(() => levelAfter(entries, members, since), {
      timeout: LEVEL_MS,
      interval: 200,
      message: 'everybody is level',
    })
    .toBeDefined()
}

/** What was waited for in vain. */
async function complaintOf(waiting: Promise<void>): Promise<string[]> {
  return waiting.then(
    () => [],
    (error: unknown) => [String(error)],
  )
}

function toSeconds(ms: number) {
  return `${(ms / 1_000).toFixed(1)} s`
}

/** Waits until so many more messages are acknowledged. */
async function untilAcknowledged({ entries }: History, more: number) {
  const count = () => entries.filter((entry) => entry.type === 'ok' && entry.answer.message).length
  const wanted = count() + more
  await expect.poll(count, { timeout: SETTLED_MS, interval: 50 }).toBeGreaterThanOrEqual(wanted)
}

function keepWhenFailed(name: string, history: History, { servers }: Cluster) {
  onTestFailed(() => {
    const folder = mkdtempSync(join(tmpdir(), 'rufer-trial-'))
    history.save(join(folder, 'history.jsonl'))
    for (const [index, server] of servers.entries())
      writeFileSync(join(folder, `server-${index + 1}.log`), server.output())
    process.stdout.write(`${name}: the history, and what the servers said, is in ${folder}\n`)
  })
}
