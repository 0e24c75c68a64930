// From the beginning of a write to its event: Rufer's store by itself, one message after the other.
import { v7 } from 'uuid'
import type { Figures } from '#rufer/bench/figures.ts'
import { TEXT } from '#rufer/bench/load/pair.ts'
import { toFigures } from '#rufer/bench/statistics.ts'
import { openMongoStore } from '#rufer/server/store/mongo/open.ts'
import type { ChatStore } from '#rufer/server/store/port.ts'

/**
 * Opens a store as a process does, and lets go of it once some seconds have passed.
 *
 * @returns from the beginning of a write until it is durable, and until the process has its event from the stream
 */
export async function measureWriteToEvent(uri: string, seconds: number): Promise<Figures> {
  const store = await openMongoStore(uri)
  const end = new AbortController()
  const arrivals = followMessages(store, end.signal)
  try {
    const at = new Date().toISOString()
    await Promise.all(MEMBERS.map((userId) => store.putUser({ userId, displayName: userId }, at)))
    await writeFor(store, arrivals, seconds / 4)
    const times = await writeFor(store, arrivals, seconds)
    return {
      ...toFigures(
        'committed',
        times.map(({ committedMs }) => committedMs),
      ),
      ...toFigures(
        'event',
        times.map(({ eventMs }) => eventMs),
      ),
    }
  } finally {
    end.abort()
    await arrivals.ended
    await store.close()
  }
}

// --- Internal helpers ---

const [SENDER, RECIPIENT] = ['one', 'other']
const MEMBERS = [SENDER, RECIPIENT]

interface Arrivals {
  /** when the event of a message came, by `performance.now()` */
  of: (id: string) => Promise<number>
  ended: Promise<void>
}

function followMessages(store: ChatStore, signal: AbortSignal): Arrivals {
  const expected = new Map<string, (at: number) => void>()
  const changes = store.watch(signal)
  async function follow() {
    for await (const change of changes) {
      if (change.kind === 'message.created') expected.get(change.message.id)?.(performance.now())
    }
  }
  const ended = follow()
  return {
    ended,
    of: (id) => Promise.race([new Promise<number>((resolve) => expected.set(id, resolve)), whenOver(ended)]),
  }
}

/** What ends before its event fails instead of waiting for ever. */
async function whenOver(ended: Promise<void>): Promise<never> {
  await ended
  throw new Error('unable to measure; the change stream has ended')
}

async function writeFor(store: ChatStore, arrivals: Arrivals, seconds: number) {
  return Array.fromAsync(writeUntil(store, arrivals, performance.now() + seconds * 1000))
}

async function* writeUntil(store: ChatStore, arrivals: Arrivals, until: number) {
  while (performance.now() < until) yield writeOne(store, arrivals)
}

async function writeOne(store: ChatStore, arrivals: Arrivals) {
  const id = v7()
  const arrival = arrivals.of(id)
  const begin = performance.now()
  await store.appendMessage({
    id,
    senderId: SENDER,
    target: { userId: RECIPIENT },
    text: TEXT,
    at: new Date().toISOString(),
  })
  const committedMs = performance.now() - begin
  return { committedMs, eventMs: (await arrival) - begin }
}
