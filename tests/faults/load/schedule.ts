// Schedules: which client does what, when; the same for the same seed.
import { createRandom } from './random.ts'

/** `resend`: a message that was stored already; `lose-reply`: the reply to the next message is lost, and the connection. */
type Act = 'send' | 'resend' | 'read' | 'list' | 'type' | 'stop-typing' | 'drop' | 'lose-reply'

export interface Step {
  /** ms after the beginning */
  at: number
  /** which client, in [0, 1) of all */
  who: number
  act: Act
  /** in which of its conversations, in [0, 1) of them */
  where: number
}

export interface ScheduleOptions {
  seed: number
  /** steps a second, on average */
  perSecond: number
  /** how many of a thousand steps end a connection, and as many more lose a reply with it; @default 10 */
  breaks?: number
}

/** Steps without an end, further and further on in time. */
export function* makeSchedule({ seed, perSecond, breaks = 10 }: ScheduleOptions): Generator<Step, never> {
  const random = createRandom(seed)
  const acts = listActs(breaks)
  let at = 0
  for (;;) {
    at += (-Math.log(1 - random()) * 1_000) / perSecond
    yield { at, who: random(), act: acts[Math.floor(random() * acts.length)] ?? 'send', where: random() }
  }
}

// --- Internal helpers ---

/** How often each of the others comes, of a thousand; the rest is sent. */
const shares: [Act, number][] = [
  ['read', 100],
  ['list', 40],
  ['type', 90],
  ['stop-typing', 30],
  ['resend', 40],
]

/** A thousand, each as often as it comes. */
function listActs(breaks: number): Act[] {
  const others: [Act, number][] = [...shares, ['drop', breaks], ['lose-reply', breaks]]
  const acts = others.flatMap(([act, share]) => Array.from({ length: share }, () => act))
  return [...Array.from({ length: 1_000 - acts.length }, () => 'send' as const), ...acts]
}
