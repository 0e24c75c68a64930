// What is said about a connection that is not live, and when: late enough to matter, long enough to be read. Pure.
import type { ConnectionStatus } from '#rufer/stores/connection.ts'

export interface Notice {
  /** empty: nothing is said */
  text: string
  canTryNow: boolean
  /** the state it is about, and since when it is shown */
  state: ConnectionStatus['state']
  since: number
}

/** How it stands; times are those of `performance.now()`, which nobody turns. */
export interface Connectedness {
  status: ConnectionStatus
  /** since when it is in this state */
  since: number
  /** since when it is not live */
  troubledSince: number
  /** when the server last said that it restarts, in this trouble */
  restartingSince: number | undefined
  isOnline: boolean
}

export const noNotice: Notice = { text: '', canTryNow: false, state: 'live', since: 0 }

/** Trouble shorter than this is not worth a word, nor a state that passes sooner worth a change of words. */
const PATIENCE_MS = 2_000
/** Words stand at least so long. */
const READABLE_MS = 1_000
/** Away for longer it is no restart any more, whatever it began as. */
const RESTART_MS = 30_000
const FLOODING = 4429

/** @param shown the notice so far */
export function nextNotice(shown: Notice, now: Connectedness, at: number): Notice {
  const { status } = now
  if (status.state === shown.state && shown.text !== '')
    return { ...shown, ...describe(now, at), since: shown.since }
  return isDue(shown, now, at) ? { ...describe(now, at), state: status.state, since: at } : shown
}

function isDue(shown: Notice, { status, since, troubledSince }: Connectedness, at: number): boolean {
  const isQuiet = status.state === 'live' || status.state === 'closed'
  const isSettled = at - since >= PATIENCE_MS
  if (shown.text !== '') return at - shown.since >= READABLE_MS && (isQuiet || isSettled)
  // One attempt after the other would make the words a matter of luck.
  const isTelling = isSettled || status.state === 'offline'
  return !isQuiet && isTelling && at - troubledSince >= PATIENCE_MS
}

function describe(now: Connectedness, at: number): Pick<Notice, 'text' | 'canTryNow'> {
  const { status, isOnline } = now
  if (status.state === 'syncing') return { text: 'Updating…', canTryNow: false }
  if (isRestart(now, at)) return { text: 'Server is restarting', canTryNow: false }
  if (status.state === 'connecting') return { text: 'Connecting…', canTryNow: false }
  if (status.state !== 'offline') return { text: '', canTryNow: false }
  const seconds = Math.max(1, Math.ceil((status.retryAt - at) / 1000))
  if (status.code === FLOODING) return { text: `Paused for ${seconds} s`, canTryNow: false }
  const what = isOnline ? 'No connection' : 'No network'
  return { text: `${what}. Trying again in ${seconds} s`, canTryNow: true }
}

/** While the server is away each further attempt is lost in its own way. */
function isRestart({ status, restartingSince }: Connectedness, at: number): boolean {
  const isAway = status.state === 'connecting' || status.state === 'offline'
  return isAway && restartingSince !== undefined && at - restartingSince < RESTART_MS
}
