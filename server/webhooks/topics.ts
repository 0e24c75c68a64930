// The topics of the outbox that are being told: a few at a time, each one event after the other, until nothing is left.
import type { Outbox, OutboxEvent } from '#rufer/server/store/outbox.ts'

export interface Topics {
  /** There is something in these topics, perhaps anew. */
  found: (topics: string[]) => void
  /** Whether no more of them should be looked for just now. */
  isFull: () => boolean
  /** Forgets those that do not run; the others end before their next event. */
  forget: () => void
  /** Resolves once none runs. */
  idle: () => Promise<void>
}

interface TopicsDeps {
  outbox: Outbox
  /**
   * Tells one event, and keeps what became of it.
   *
   * @returns how long its topic is to wait before it goes on, in ms; 0 where it may go on at once
   */
  tell: (event: OutboxEvent) => Promise<number>
  /** whether this process is still the one that sends */
  mayTell: () => boolean
  /** the outbox could not be read or written; the topic goes on after a while */
  onFailure: (error: unknown) => void
}

interface Topic {
  name: string
  /** something may have come since its events were read last */
  isFresh: boolean
  isRunning: boolean
  /** how often in a row the outbox could not be used for it */
  failures: number
  timer?: NodeJS.Timeout
}

export function createTopics(deps: TopicsDeps): Topics {
  const known = new Map<string, Topic>()
  const pool = createPool<Topic>(runTopic)

  async function runTopic(topic: Topic) {
    topic.isRunning = true
    const waitMs = await tellWhatIsThere(topic)
    topic.isRunning = false
    if (!deps.mayTell()) known.delete(topic.name)
    else if (waitMs > 0) wait(topic, waitMs)
    else if (topic.isFresh) pool.add(topic)
    else known.delete(topic.name)
  }

  async function tellWhatIsThere(topic: Topic) {
    try {
      const waitMs = await tellAll(topic, deps)
      topic.failures = 0
      return waitMs
    } catch (error) {
      deps.onFailure(error)
      return Math.min(MOST_PAUSE_MS, PAUSE_MS * 2 ** topic.failures++)
    }
  }

  function wait(topic: Topic, ms: number) {
    topic.timer = setTimeout(() => pool.add(topic), Math.min(ms, MOST_TIMER_MS)).unref()
  }

  function start(topic: Topic) {
    known.set(topic.name, topic)
    pool.add(topic)
  }

  function find(name: string) {
    const topic = known.get(name)
    if (topic) topic.isFresh = true
    else start({ name, isFresh: true, isRunning: false, failures: 0 })
  }

  return {
    found: (names) => names.forEach(find),
    isFull: () => known.size >= MOST_KNOWN,
    forget() {
      pool.clear()
      for (const { name, timer, isRunning } of known.values()) {
        clearTimeout(timer)
        // one that runs stays the only one of its name
        if (!isRunning) known.delete(name)
      }
    },
    idle: pool.idle,
  }
}

// --- Internal helpers ---

/** How many are told at the same time, and so how many connections there are. */
const AT_ONCE = 16
/** Most of them wait for another attempt; others then stay in the store. */
const MOST_KNOWN = 50_000
const READ_AT_ONCE = 20
/** Meanwhile what an event tells may have been erased, so it is read again before it is sent. */
const STALE_MS = 1_000
/** After a failure of the outbox, doubled each time. */
const PAUSE_MS = 500
const MOST_PAUSE_MS = 30_000
const MOST_TIMER_MS = 2_147_483_647

/** Runs a few at a time, in the order in which they were added. */
function createPool<Item>(run: (item: Item) => Promise<void>) {
  const ready: Item[] = []
  const running = new Set<Promise<void>>()

  function pump() {
    const item = running.size < AT_ONCE ? ready.shift() : undefined
    if (item === undefined) return
    const ended = run(item).finally(() => {
      running.delete(ended)
      pump()
    })
    running.add(ended)
  }

  return {
    add(item: Item) {
      ready.push(item)
      pump()
    },
    clear: () => void (ready.length = 0),
    idle: async () => void (await Promise.allSettled(running)),
  }
}

/** @returns how long the topic is to wait; 0 where nothing is left of it, or it is not ours any more */
async function tellAll(topic: Topic, deps: TopicsDeps): Promise<number> {
  while (deps.mayTell()) {
    topic.isFresh = false
    const events = await deps.outbox.listEvents(topic.name, READ_AT_ONCE)
    if (events.length === 0 && !topic.isFresh) return 0
    const waitMs = await tellSome(events, deps)
    if (waitMs > 0) return waitMs
  }
  return 0
}

async function tellSome(events: OutboxEvent[], { tell, mayTell }: TopicsDeps) {
  const readAt = performance.now()
  for (const event of events) {
    if (!mayTell() || performance.now() - readAt > STALE_MS) return 0
    const waitMs = await tell(event)
    if (waitMs > 0) return waitMs
  }
  return 0
}
