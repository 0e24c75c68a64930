// The change streams in trouble under load: cut, killed, and told that they cannot go on.
import mongoose from 'mongoose'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasMongod } from '#rufer/tests/helpers/mongod.ts'
import { startCluster, type Cluster } from './cluster.ts'
import { closesOf, endure, untilSentAway } from '#rufer/tests/faults/trial/endure.ts'
import type { Trial } from '#rufer/tests/faults/trial/trial.ts'

const { Long } = mongoose.mongo

describe.skipIf(!(await hasMongod()))('streams', () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await startCluster({ args: ['--setParameter', 'enableTestCommands=1'] })
  })
  afterAll(() => cluster.stop())

  const onPrimary = async (command: Record<string, unknown>) =>
    cluster.set.admin(await cluster.set.primary(), command)

  /** Makes commands of the servers fail so many times, and waits until they have. */
  async function fail(times: number, data: object) {
    const mode = { times }
    const point = { configureFailPoint: 'failCommand', mode, data: { appName: 'rufer', ...data } }
    const { count } = await onPrimary(point)
    await onPrimary({ waitForFailPoint: 'failCommand', timesEntered: count + times, maxTimeMS: 30_000 })
  }

  /** What the primary has open for the servers' streams. */
  async function findStreams() {
    const isStream = { 'cursor.originatingCommand.pipeline.0.$changeStream': { $exists: true } }
    const current = { $currentOp: { idleCursors: true, allUsers: true } }
    const { cursor } = await onPrimary({
      aggregate: 1,
      cursor: {},
      pipeline: [current, { $match: isStream }],
    })
    const found: { cursor: { cursorId: unknown } }[] = cursor.firstBatch
    return found
  }

  const resumable: [string, (times: number) => Promise<void>][] = [
    ['connections are cut', (times) => fail(times, { failCommands: ['getMore'], closeConnection: true })],
    ['cursors are not found', (times) => fail(times, { failCommands: ['getMore'], errorCode: 43 })],
  ]
  test.each(resumable)('F19 their %s: they go on, and nobody notices', async (name, cut) => {
    const faults = await endure(`F19 ${name}`, cluster, async ({ mended, history }: Trial) => {
      mended()
      const before = history.entries.length
      await cut(9)
      const later = history.entries.slice(before)
      expect(closesOf(later)).toEqual([])
    })
    expect(faults).toEqual([])
  })

  const final: [string, (sentAway: Promise<void>) => Promise<void>][] = [
    [
      'cursors are killed',
      async (sentAway) => {
        const over = new AbortController()
        const stop = () => over.abort()
        void sentAway.then(stop, stop)
        // one that is killed between two calls is not found by the next, which a stream survives: so again and again
        while (!over.signal.aborted) {
          // an id that is small comes as a number, which the command does not take
          const cursors = (await findStreams()).map(({ cursor }) => Long.fromString(String(cursor.cursorId)))
          await onPrimary({ killCursors: '$cmd.aggregate', cursors })
          await pause(1_000, undefined, { signal: over.signal }).catch(() => undefined)
        }
      },
    ],
    ['operations are interrupted', () => fail(3, { failCommands: ['getMore'], errorCode: 11_601 })],
    ['tokens are refused', () => fail(3, { failCommands: ['getMore'], errorCode: 280 })],
    ['history is lost', () => fail(6, { failCommands: ['getMore', 'aggregate'], errorCode: 286 })],
  ]
  test.each(final)(
    'F19 their %s: they begin anew, and everybody is sent to read what was missed',
    async (name, end) => {
      const faults = await endure(`F19 ${name}`, cluster, async ({ mended, history }: Trial) => {
        mended()
        const sentAway = untilSentAway(history)
        await end(sentAway)
        await sentAway
      })
      expect(faults).toEqual([])
    },
  )
})
