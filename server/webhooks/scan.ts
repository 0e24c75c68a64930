// The look for topics that have something to tell: over what came since the last one, and over all of it now and then.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Outbox } from '#rufer/server/store/outbox.ts'
import type { Topics } from './topics.ts'

export interface Scan {
  /** Finds what came since the last look. */
  look: () => Promise<void>
  /** The next look is over all of it. */
  beginAnew: () => void
}

interface ScanDeps {
  outbox: Outbox
  topics: Topics
  /** whether this process is still the one that sends */
  mayTell: () => boolean
}

export function createScan({ outbox, topics, mayTell }: ScanDeps): Scan {
  let after: string | undefined
  let anewAt = -Infinity

  async function lookFrom(place: string | undefined): Promise<void> {
    if (topics.isFull() || !mayTell()) return
    const page = await outbox.listTopics({ limit: AT_ONCE, ...(place !== undefined && { after: place }) })
    topics.found(page.topics)
    if (page.after === null) return
    after = page.after
    // an engine may read without ever waiting, and everybody else would
    await nextTurn()
    await lookFrom(page.after)
  }

  return {
    beginAnew: () => void (anewAt = -Infinity),
    async look() {
      const beganAt = performance.now()
      if (beganAt < anewAt) return lookFrom(after)
      await lookFrom(undefined)
      const tookMs = performance.now() - beganAt
      anewAt = beganAt + Math.max(ANEW_MS, MOST_SHARE * tookMs)
    },
  }
}

// --- Internal helpers ---

const AT_ONCE = 500
/** What was written by another process out of its turn is found when all is looked at anew. */
const ANEW_MS = 10_000
/** Where very much waits, looking takes no more than so much of the time: one part of it. */
const MOST_SHARE = 50
