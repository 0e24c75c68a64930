// The load: the cast does what a schedule says, until it is stopped; then everybody gets to the same state.
import { setTimeout as pause } from 'node:timers/promises'
import { until } from '#rufer/tests/helpers/until.ts'
import type { Cast } from './cast.ts'
import type { Device } from './device.ts'
import { pick } from './random.ts'
import { makeSchedule, type ScheduleOptions, type Step } from './schedule.ts'

export interface Load {
  /** Does no more; what was begun goes on. */
  stop: () => Promise<void>
}

export function startLoad(cast: Cast, schedule: ScheduleOptions): Load {
  const stopping = new AbortController()
  const running = run(cast, schedule, stopping.signal)
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/** Waits until every device is live, has nothing under way, and has got to where its conversations are. */
export async function untilLevel(cast: Cast, timeoutMs: number): Promise<void> {
  await until({ what: 'every device is level', timeoutMs, everyMs: 100 }, async () => {
    const behind = await findBehind(cast)
    return behind.length > 0 ? behind.join(', ') : undefined
  })
}

// --- Internal helpers ---

/** A device that can send nothing does not pile up more than this. */
const MOST_UNSENT = 10

async function run(cast: Cast, schedule: ScheduleOptions, signal: AbortSignal) {
  const began = performance.now()
  for (const step of makeSchedule(schedule)) {
    const waitMs = began + step.at - performance.now()
    if (waitMs > 0) await pause(waitMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    take(cast, step)
  }
}

function take({ devices }: Cast, { who, act, where }: Step) {
  const device = pick(devices, who)
  const conversationId = device && pick([...device.seen.keys()], where)
  if (!device || conversationId === undefined) return
  const acts: Record<Step['act'], () => void> = {
    send() {
      if (device.client.outbox.length < MOST_UNSENT) device.send(conversationId)
    },
    resend() {
      const own = devices.filter(({ userId }) => userId === device.userId)
      const sent = own.flatMap((one) => one.sent).filter((one) => one.conversationId === conversationId)
      const again = pick(sent, where)
      if (again) device.send(conversationId, again)
    },
    read: () => device.read(conversationId),
    list: () => device.list(conversationId),
    type: () => device.type(conversationId, 'start'),
    'stop-typing': () => device.type(conversationId, 'stop'),
    drop: () => device.client.dropConnection(),
    'lose-reply': () => device.client.loseNextReply(),
  }
  acts[act]()
}

/** What keeps which devices from being level. */
async function findBehind({ devices }: Cast): Promise<string[]> {
  const busy = devices.flatMap(({ name, client, isIdle, confirm }) => {
    if (client.status.state !== 'live') return [`${name} is ${client.status.state}`]
    if (isIdle()) return []
    // a store in trouble may have refused the last time, and no message comes any more that would bring it about again
    confirm()
    return [`${name} has something under way`]
  })
  if (busy.length > 0) return busy
  return (await Promise.all(devices.map(compareToServer))).flat()
}

async function compareToServer({ name, client, seen }: Device): Promise<string[]> {
  const behind = await Promise.all(
    [...seen].map(async ([conversationId, { rev }]) => {
      const conversation = await client.getConversation(conversationId)
      return conversation.rev === rev ? [] : [`${name} is at rev ${rev} of ${conversation.rev}`]
    }),
  ).catch((error: unknown) => [[`${name} was answered ${String(error)}`]])
  return behind.flat()
}
