// The topics of the outbox that are being told, whatever happens to the lease or to the outbox meanwhile.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createTopics } from '#rufer/server/webhooks/topics.ts'
import { fillOutbox, someTurns } from './stage.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const unexpected = (error: unknown) => {
  throw error
}

test('one that runs while all are forgotten stays the only one of its name', async () => {
  const { outbox, topic, ids } = await fillOutbox(3)
  const gate = Promise.withResolvers<void>()
  const told: string[] = []
  const topics = createTopics({
    outbox,
    mayTell: () => true,
    onFailure: unexpected,
    async tell({ id }) {
      told.push(id)
      await gate.promise
      await outbox.remove(id)
      return 0
    },
  })
  topics.found([topic])
  await someTurns()
  topics.forget()
  topics.found([topic])
  await someTurns()
  gate.resolve()
  await topics.idle()
  expect(told).toEqual(ids)
})

test('one that waits for another attempt is forgotten with the lease, and waits anew once it is found again', async () => {
  const { outbox, topic } = await fillOutbox(1)
  let isOurs = true
  let count = 0
  const tell = async () => {
    count++
    return 1_000
  }
  const topics = createTopics({ outbox, mayTell: () => isOurs, onFailure: unexpected, tell })
  topics.found([topic])
  await someTurns()
  isOurs = false
  topics.forget()
  isOurs = true
  topics.found([topic])
  await someTurns()
  expect([count, vi.getTimerCount()]).toEqual([2, 1])
})

test('one that ends as the lease goes leaves nothing behind that would wake it', async () => {
  const { outbox, topic } = await fillOutbox(1)
  let isOurs = true
  const tell = async () => {
    isOurs = false
    return 1_000
  }
  const topics = createTopics({ outbox, mayTell: () => isOurs, onFailure: unexpected, tell })
  topics.found([topic])
  await someTurns()
  expect(vi.getTimerCount()).toBe(0)
})

test('one whose outbox fails goes on by itself after a while, longer each time, however often it is found', async () => {
  const { outbox, topic } = await fillOutbox(1)
  const failed: unknown[] = []
  const topics = createTopics({
    outbox,
    mayTell: () => true,
    onFailure: (error) => failed.push(error),
    tell: fail,
  })
  for (let times = 0; times < 5; times++) {
    topics.found([topic])
    await someTurns()
  }
  expect(failed).toHaveLength(1)
  for (const { afterMs, count } of [
    { afterMs: 500, count: 2 },
    { afterMs: 500, count: 2 },
    { afterMs: 500, count: 3 },
  ]) {
    vi.advanceTimersByTime(afterMs)
    await someTurns()
    expect(failed).toHaveLength(count)
  }
})

test('what was read a while ago is read again before it is sent: meanwhile it may have been erased', async () => {
  const { outbox, topic, ids } = await fillOutbox(3)
  const [first = '', second = '', third = ''] = ids
  const told: string[] = []
  const topics = createTopics({
    outbox,
    mayTell: () => true,
    onFailure: unexpected,
    async tell({ id }) {
      told.push(id)
      await outbox.remove(id)
      if (id !== first) return 0
      vi.advanceTimersByTime(1_500)
      await outbox.remove(second)
      return 0
    },
  })
  topics.found([topic])
  await someTurns()
  await topics.idle()
  expect(told).toEqual([first, third])
})

// --- Internal helpers ---

async function fail(): Promise<never> {
  throw new Error('the disk is full')
}
