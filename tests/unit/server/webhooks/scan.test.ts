// The look for what waits: over what came since the last one, and over all of it now and then.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createScan } from '#rufer/server/webhooks/scan.ts'
import { fillOutbox } from './stage.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

/** An outbox of two pages, each of which takes so long to read; `places` are where it was read from. */
async function aScan({ pageMs = 0, isFull = (): boolean => false } = {}) {
  const { outbox } = await fillOutbox(0)
  const places: (string | undefined)[] = []
  const found: string[] = []
  const scan = createScan({
    outbox: {
      ...outbox,
      async listTopics({ after }) {
        places.push(after)
        vi.advanceTimersByTime(pageMs)
        return after === undefined ? { topics: ['one'], after: 'page 2' } : { topics: ['two'], after: null }
      },
    },
    topics: { found: (names) => found.push(...names), isFull, forget: () => {}, idle: async () => {} },
    mayTell: () => true,
  })
  return { scan, places, found }
}

test('looks on where it was, and at all of it every ten seconds, or when told to', async () => {
  const { scan, places } = await aScan()
  const looks = async (afterMs: number) => {
    vi.advanceTimersByTime(afterMs)
    places.length = 0
    await scan.look()
    return [...places]
  }
  expect(await looks(0)).toEqual([undefined, 'page 2'])
  expect(await looks(5_000)).toEqual(['page 2'])
  expect(await looks(5_000)).toEqual([undefined, 'page 2'])
  expect(await looks(1_000)).toEqual(['page 2'])
  scan.beginAnew()
  expect(await looks(0)).toEqual([undefined, 'page 2'])
})

test('where looking at all of it takes long, it does so less often', async () => {
  const { scan, places } = await aScan({ pageMs: 1_000 })
  await scan.look()
  vi.advanceTimersByTime(90_000)
  await scan.look()
  vi.advanceTimersByTime(10_000)
  await scan.look()
  expect(places).toEqual([undefined, 'page 2', 'page 2', undefined, 'page 2'])
})

test('stops where no more is to be known just now, and goes on from there', async () => {
  let isFull = false
  const { scan, places, found } = await aScan({ isFull: () => isFull })
  await scan.look()
  isFull = true
  await scan.look()
  expect(found).toEqual(['one', 'two'])
  isFull = false
  await scan.look()
  expect(places).toEqual([undefined, 'page 2', 'page 2'])
})
