// Servers that end under load: the others go on, and everybody who was on them comes back to one of those.
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasMongod } from '#rufer/tests/helpers/mongod.ts'
import { startCluster, type Cluster } from './cluster.ts'
import { leaveGhost } from '#rufer/tests/faults/trial/ghost.ts'
import { closesOf, endure } from '#rufer/tests/faults/trial/endure.ts'

/** Longer than its transactions are let open, and shorter than its clients wait for a sign of life. */
const STILL_MS = 8_000

describe.skipIf(!(await hasMongod()))('servers', () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await startCluster()
  })
  afterAll(() => cluster.stop())

  test('F20 one is killed: its users are offline within 45 s, unless they came back', async () => {
    const [one, killed] = cluster.servers
    const faults = await endure(
      'F20 a server is killed',
      cluster,
      async ({ end, restart, mended, ...trial }) => {
        const ghost = await leaveGhost(killed, trial)
        await ghost.untilSeen(one)
        await end(killed, 'SIGKILL')
        mended()
        await ghost.untilGone(one, 45_000)
        await restart(killed)
      },
    )
    expect(faults).toEqual([])
  })

  test('F2 one is stopped: nobody on it is cut off without a word', async () => {
    const [, , stopped] = cluster.servers
    const faults = await endure(
      'F2 a server is stopped',
      cluster,
      async ({ end, restart, mended, history }) => {
        const before = history.entries.length
        expect(await end(stopped, 'SIGTERM')).toBe(0)
        mended()
        await restart(stopped)
        // by now everybody has heard
        const codes = closesOf(history.entries.slice(before))
        expect(codes).toContain(1012)
        expect(codes).not.toContain(1006)
      },
    )
    expect(faults).toEqual([])
  })

  test('F3 one stands still for a while', async () => {
    const [still] = cluster.servers
    const faults = await endure('F3 a server stands still', cluster, async ({ stoodStill }) => {
      still.process.kill('SIGSTOP')
      await pause(STILL_MS)
      still.process.kill('SIGCONT')
      stoodStill(STILL_MS)
    })
    expect(faults).toEqual([])
  })
})
