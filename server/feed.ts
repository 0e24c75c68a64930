// The change feed: all that is told, changes in commit order and signs among them, becomes events. The only way to a socket.
import type { Counters } from './counters.ts'
import type { Log } from './log.ts'
import type { Change, ChatStore, Sign } from './store/port.ts'

export interface FeedState {
  /** it has given something since it was last opened */
  isRunning: boolean
  /** from this process's own pulse to hearing it */
  lagMs: number
  /** when this process last heard its own pulse, in the monotonic clock */
  heardAt: number
}

export interface FeedDeps {
  watch: ChatStore['watch']
  /** makes this process say that it lives, as it also does by the clock; never rejects */
  pulse: () => Promise<void>
  /** when this process last began to write a pulse that then was written, in the monotonic clock */
  pulsedAt: () => number
  /** tells the connections of a change or sign; true for this process's own pulse */
  tell: (told: Change | Sign) => boolean
  /** ends every open connection, for its client to come back and read what it missed */
  endAll: () => void
  /** aborts once nothing more is to be told */
  signal: AbortSignal
  state: FeedState
  counters: Counters
  log: Log
}

/**
 * Tells what the store gives until the signal. A feed that fails is opened again, after waits that grow, and runs once it
 * gives anything, be it the pulse that is sent for that.
 *
 * What was committed in between it never tells. So every connection that is open by then is ended before it goes on: its
 * client comes back to a feed that runs, and then reads what changed. Where it does not go on for long, connections are
 * ended without waiting for that: another process may serve their clients better.
 */
export async function runFeed(deps: FeedDeps): Promise<void> {
  const { signal, state } = deps
  /** since it last gave anything */
  let failures = 0
  while (!signal.aborted) {
    try {
      await readOn(deps, failures > 0, () => (failures = 0))
      if (!signal.aborted) throw new Error('the change feed ended by itself, or was silent for too long')
    } catch (error) {
      failures++
      if (failures === 1) reportFailure(deps, error)
      if (failures === 1 + REBUILDS) endWithout(deps)
    } finally {
      state.isRunning = false
    }
    await pause(Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** (failures - 1)), signal)
  }
}

/** Whether whoever connects now would be told what happens. */
export function isFeedAlive({ isRunning, heardAt }: FeedState): boolean {
  return isRunning && performance.now() - heardAt <= SILENCE_MS
}

// --- Internal helpers ---

/** As long as three pulses. */
const SILENCE_MS = 15_000
const CHECK_MS = 1_000
/** How many in a row may fail before connections are ended. */
const REBUILDS = 3
const RETRY_MS = { first: 100, most: 5_000 }

/** Tells what the feed gives until it ends; begins with what follows a failure. */
async function readOn(deps: FeedDeps, hasFailed: boolean, onGiven: () => void) {
  const { state } = deps
  const silence = watchSilence(deps)
  try {
    const given = deps.watch(AbortSignal.any([deps.signal, silence.signal]))
    void deps.pulse()
    for await (const one of given) {
      if (!state.isRunning && hasFailed) comeBack(deps)
      state.isRunning = true
      onGiven()
      deliver(one, deps)
    }
  } finally {
    silence.end()
  }
}

/**
 * A feed may fail without a word: the signal aborts when a pulse that was written does not come for so long. Where none
 * can be written, as the store is away, the feed may yet go on without a loss; but its connections do not wait for ever.
 *
 * Time is counted in checks: while this process is stopped it can hear nothing, and that says nothing of the feed.
 */
function watchSilence(deps: FeedDeps) {
  const { state, pulsedAt } = deps
  const silence = new AbortController()
  let heardAt = performance.now()
  let [unheardMs, unansweredMs] = [0, 0]
  const timer = setInterval(() => {
    if (state.heardAt > heardAt) [heardAt, unheardMs] = [state.heardAt, 0]
    unheardMs += CHECK_MS
    unansweredMs = pulsedAt() > heardAt ? unansweredMs + CHECK_MS : 0
    if (unansweredMs > SILENCE_MS) silence.abort()
    if (unheardMs === SILENCE_MS * (1 + REBUILDS)) endWithout(deps)
  }, CHECK_MS)
  return { signal: silence.signal, end: () => clearInterval(timer) }
}

/** An event that cannot be told leaves a hole in the revs, which clients see and mend by syncing. */
function deliver(told: Change | Sign, { tell, state, counters, log }: FeedDeps) {
  try {
    if (!tell(told)) return
    state.heardAt = performance.now()
    state.lagMs = Math.max(0, Date.now() - Date.parse(told.at))
  } catch (error) {
    counters.dropped('event')
    log.error({ err: error, kind: told.kind }, 'unable to tell a change')
  }
}

function reportFailure({ counters, log }: FeedDeps, error: unknown) {
  counters.dropped('feed')
  log.error({ err: error }, 'the change feed has failed; clients get no events until it is opened again')
}

function endWithout({ endAll, log }: FeedDeps) {
  log.error('the change feed cannot be opened; every client is told to go, and none is let in until it runs')
  endAll()
}

function comeBack({ endAll, counters, log }: FeedDeps) {
  endAll()
  counters.repaired('feed')
  log.info('the change feed runs again; every client is told to come back and read what it missed')
}

/** Waits for so long or until the signal. */
async function pause(ms: number, signal: AbortSignal) {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<unknown>()
  const timer = setTimeout(resolve, ms)
  signal.addEventListener('abort', resolve)
  await promise
  clearTimeout(timer)
  signal.removeEventListener('abort', resolve)
}
