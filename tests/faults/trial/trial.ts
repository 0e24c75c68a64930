// A trial: a load on servers, a fault in the midst of it, and the judgement of what came of both.
import { check, explain, type Verdict } from '#rufer/tests/faults/checker.ts'
import type { Evidence, Stored } from '#rufer/tests/faults/evidence.ts'
import type { History } from '#rufer/tests/faults/history.ts'
import { gather, type Cast } from '#rufer/tests/faults/load/cast.ts'
import { levelAfter, slowestAnswer } from '#rufer/tests/faults/load/level.ts'
import { startLoad, untilLevel } from '#rufer/tests/faults/load/load.ts'
import { createRandom } from '#rufer/tests/faults/load/random.ts'
import { loadAfresh, readBack } from '#rufer/tests/faults/load/read-back.ts'
import { callApi, type ApiAnswer } from '#rufer/tests/helpers/api.ts'
import type { ServerAddress, TestServer } from '#rufer/tests/helpers/server.ts'
import { until } from '#rufer/tests/helpers/until.ts'
import { intrude } from './intruder.ts'
import { watchProcesses, type Processes } from './processes.ts'

/** What a trial takes place on. */
export interface Stage {
  servers: readonly TestServer[]
  /** where the cast connects; @default the servers themselves */
  addresses?: readonly ServerAddress[]
  /** What the store holds of these conversations, read past the API. */
  readStored: (conversationIds: readonly string[]) => Promise<Stored>
  /** how large the load is, where not as usual */
  load?: Partial<LoadSize>
}

export interface LoadSize {
  users: number
  stepsPerSecond: number
  /** how many of a thousand steps end a connection, and as many more lose a reply with it */
  breaks: number
  /** so many messages before the fault, and so many more once it is over */
  acknowledged: number
  /** within which everybody must be level again */
  levelMs: number
}

export interface Trial extends Pick<Processes, 'end' | 'restart'> {
  history: History
  cast: Cast
  /** a number in [0, 1), the same for the same seed */
  random: () => number
  /** Everything works again; what follows in the fault is only its end. @default when the fault ends */
  mended: () => void
  /** For so long nobody on a server could be told anything, as it stood still: every time may be longer by that. */
  stoodStill: (ms: number) => void
}

export interface Outcome {
  verdict: Verdict
  /** the invariants that were broken, each with what happened, and who was not level again in time */
  faults: string[]
  /** of how long it took until nobody noticed any more */
  figures: string
}

interface Performance {
  stage: Stage
  seed: number
  history: History
}

/** Puts a load on the stage, lets `fault` break and mend it, and judges. */
export async function perform(
  { stage, seed, history }: Performance,
  fault: (trial: Trial) => Promise<void>,
): Promise<Outcome> {
  const { servers, addresses = servers } = stage
  const size = { ...USUAL, ...stage.load }
  const processes = watchProcesses(servers, history)
  await untilReady(servers)
  const cast = await gather({ addresses, history, seed, users: size.users })
  const load = startLoad(cast, { seed, perSecond: size.stepsPerSecond, breaks: size.breaks })
  await intrude({ servers, history, cast })
  await untilAcknowledged(history, size.acknowledged)
  const levelMs = size.levelMs + BACKLOG * slowestAnswer(history.entries)
  const { since, stillMs } = await breakIt({ history, cast, seed, processes, fault })
  const late = await complaintOf(untilLevelAgain(history, cast, { since, levelMs }))
  await untilAcknowledged(history, size.acknowledged)
  await load.stop()
  const behind = await complaintOf(untilLevel(cast, SETTLED_MS))
  // once more, as some may have been sent away only later
  const levelAfterMs = levelAfter(history.entries, cast.members, since) ?? Infinity
  const evidence = await gatherEvidence(stage, { history, cast })
  processes.stop()
  const verdict = check({ ...evidence, entries: history.entries, slackMs: SLACK_MS + stillMs })
  // only now: what a client shows is judged for as long as it is there
  cast.close()
  const slowestMs = slowestAnswer(history.entries)
  return {
    verdict,
    faults: [...explain(verdict), ...late, ...behind],
    figures: `level after ${toSeconds(levelAfterMs)} · slowest answer ${toSeconds(slowestMs)}`,
  }
}

/** Waits until so many more messages are acknowledged. */
export async function untilAcknowledged({ entries }: History, more: number): Promise<void> {
  let [seen, count] = [entries.length, 0]
  await until({ what: `${more} more messages are acknowledged`, timeoutMs: SETTLED_MS }, () => {
    for (; seen < entries.length; seen++) if (isAcknowledgement(entries[seen])) count++
    return count >= more ? undefined : `there were ${count}`
  })
}

/** Waits until every server lets people in, which they do not while they cannot hear what others store. */
export async function untilReady(servers: readonly ServerAddress[]): Promise<void> {
  await until({ what: 'every server is ready', timeoutMs: SETTLED_MS }, async () => {
    const answers = await Promise.all(servers.map((server) => callApi(server, 'GET /ready').catch(String)))
    const complaints = answers.map((answer) => (typeof answer === 'string' ? answer : complaintIn(answer)))
    return complaints.find((complaint) => complaint !== undefined)
  })
}

// --- Internal helpers ---

const USUAL: LoadSize = {
  users: 6,
  stepsPerSecond: 30,
  breaks: 10,
  acknowledged: 60,
  // the aim is half of this, which is told; the other half is for machines that do something else meanwhile
  levelMs: 30_000,
}
/** So many times as long as an answer took while nothing was broken may all that waits take besides, at what the machine does. */
const BACKLOG = 2
const SETTLED_MS = 60_000
/** What such machines may add to all other times. */
const SLACK_MS = 5_000

interface Breaking {
  history: History
  cast: Cast
  seed: number
  processes: Processes
  fault: (trial: Trial) => Promise<void>
}

async function breakIt({ history, cast, seed, processes, fault }: Breaking) {
  let mendedAt: number | undefined
  let stillMs = 0
  await fault({
    ...processes,
    history,
    cast,
    random: createRandom(~seed),
    mended: () => void (mendedAt = history.now()),
    stoodStill: (ms) => void (stillMs += ms),
  })
  return { since: mendedAt ?? history.now(), stillMs }
}

async function untilLevelAgain(
  { entries }: History,
  { members }: Cast,
  { since, levelMs }: { since: number; levelMs: number },
) {
  await until({ what: 'everybody is level again', timeoutMs: levelMs, everyMs: 200 }, () =>
    levelAfter(entries, members, since) === undefined ? 'somebody is not' : undefined,
  )
}

/** What was waited for in vain. */
async function complaintOf(waiting: Promise<void>): Promise<string[]> {
  return waiting.then(
    () => [],
    (error: unknown) => [String(error)],
  )
}

/** Reads everything back, as everybody, and past the API. */
async function gatherEvidence(
  { servers, readStored }: Stage,
  { history, cast }: { history: History; cast: Cast },
): Promise<Pick<Evidence, 'members' | 'readings' | 'fresh' | 'store'>> {
  const { userIds, members } = cast
  await untilReady(servers)
  const readings = await readBack({ servers, history, userIds })
  const fresh = await loadAfresh({ servers, history, userIds })
  const store = await readStored([...members.keys()])
  return { members, readings, fresh, store }
}

function complaintIn({ status, body }: ApiAnswer) {
  return status === 200 ? undefined : JSON.stringify(body)
}

function isAcknowledgement(entry: History['entries'][number] | undefined) {
  return entry?.type === 'ok' && entry.answer.message !== undefined
}

function toSeconds(ms: number) {
  return `${(ms / 1_000).toFixed(1)} s`
}
