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
}

/** Steps without an end, further and further on in time. */
export function* makeSchedule({ seed, perSecond }: ScheduleOptions): Generator<Step, never> {
  const random = createRandom(seed)
  let at = 0
  for (;;) {
    at += (-Math.log(1 - random()) * 1_000) / perSecond
    yield { at, who: random(), act: toAct(random()), where: random() }
  }
}

// --- Internal helpers ---

/** How often each comes, of a thousand. */
const shares: Record<Act, number> = {
  send: 680,
  read: 100,
  list: 40,
  type: 90,
  'stop-typing': 30,
  resend: 40,
  drop: 10,
  'lose-reply': 10,
}
const acts = Object.entries(shares).flatMap(([act, share]) =>
  isAct(act) ? Array.from({ length: share }, () => act) : [],
)

function toAct(where: number): Act {
  return acts[Math.floor(where * acts.length)] ?? 'send'
}

function isAct(name: string): name is Act {
  return Object.hasOwn(shares, name)
}
