// The database's own processes in trouble under load: the primary, and who is to vote for the next one.
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { History } from '#rufer/tests/faults/history.ts'
import { hasMongod } from '#rufer/tests/helpers/mongod.ts'
import { startCluster, type Cluster } from './cluster.ts'
import { endure } from '#rufer/tests/faults/trial/endure.ts'

/** Longer than the members wait before they elect another. */
const LONG_MS = 8_000

describe.skipIf(!(await hasMongod()))('the set', () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await startCluster()
  })
  afterAll(() => cluster.stop())

  test('F18 its primary is killed', async () => {
    const { set } = cluster
    const faults = await endure('F18 the primary is killed', cluster, async ({ mended }) => {
      const primary = await set.primary()
      await set.signal(primary, 'SIGKILL')
      await set.primary()
      mended()
      await set.start(primary)
    })
    expect(faults).toEqual([])
  })

  test('F18 its primary is killed while nobody else has what it took last', async () => {
    const { set } = cluster
    const faults = await endure('F18 the primary is killed alone', cluster, async ({ mended, history }) => {
      const primary = await set.primary()
      const secondaries = set.members.filter((member) => member !== primary)
      for (const secondary of secondaries) await set.signal(secondary, 'SIGKILL')
      await untilAsked(history, 30)
      await set.signal(primary, 'SIGKILL')
      for (const secondary of secondaries) await set.start(secondary)
      await set.primary()
      mended()
      await set.start(primary)
    })
    expect(faults).toEqual([])
  })

  test('F18 its primary steps down', async () => {
    const { set } = cluster
    const faults = await endure('F18 the primary steps down', cluster, async ({ mended }) => {
      await set.stepDown()
      mended()
    })
    expect(faults).toEqual([])
  })

  test('F18 its primary stands still for longer than the election takes', async () => {
    const { set } = cluster
    const faults = await endure('F18 the primary stands still', cluster, async ({ mended }) => {
      const primary = await set.primary()
      await set.signal(primary, 'SIGSTOP')
      const wokenUp = pause(LONG_MS).then(() => set.signal(primary, 'SIGCONT'))
      await set.primary()
      mended()
      await wokenUp
    })
    expect(faults).toEqual([])
  })

  test('F18 it loses a secondary', async () => {
    const { set } = cluster
    const faults = await endure('F18 a secondary is killed', cluster, async ({ mended }) => {
      const primary = await set.primary()
      const secondary = set.members.find((member) => member !== primary) ?? primary
      await set.signal(secondary, 'SIGKILL')
      mended()
      await set.start(secondary)
    })
    expect(faults).toEqual([])
  })

  test('F19 it has no majority for a while, in which the stream is silent', async () => {
    const { set } = cluster
    const faults = await endure('F19 no majority', cluster, async ({ mended }) => {
      const primary = await set.primary()
      const secondaries = set.members.filter((member) => member !== primary)
      for (const secondary of secondaries) await set.signal(secondary, 'SIGSTOP')
      await pause(2 * LONG_MS)
      for (const secondary of secondaries) await set.signal(secondary, 'SIGCONT')
      await set.primary()
      mended()
    })
    expect(faults).toEqual([])
  })
})

/** Waits until so many more messages were to be sent. */
async function untilAsked({ entries }: History, more: number) {
  const count = () =>
    entries.filter((entry) => entry.type === 'invoke' && entry.ask.method === 'message.send').length
  await expect.poll(count, { timeout: 30_000, interval: 20 }).toBeGreaterThanOrEqual(count() + more)
}
