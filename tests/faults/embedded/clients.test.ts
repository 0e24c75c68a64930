// Clients that do what they should not, under load: they do not read, send twice, use tokens twice, or speak nonsense.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callsOf } from '#rufer/tests/faults/checker/calls.ts'
import type { Entry } from '#rufer/tests/faults/history.ts'
import { sendManyTimes } from '#rufer/tests/faults/trial/eager.ts'
import { endure } from '#rufer/tests/faults/trial/endure.ts'
import { stopReading } from '#rufer/tests/faults/trial/slow-reader.ts'
import { untilAcknowledged } from '#rufer/tests/faults/trial/trial.ts'
import { fuzzRequests, fuzzViolations } from '#rufer/tests/fuzz/frames.ts'
import { fuzzBytes, fuzzUpgrades } from '#rufer/tests/fuzz/http.ts'
import { createRandom } from '#rufer/tests/fuzz/random.ts'
import { Tally } from '#rufer/tests/fuzz/tally.ts'
import { callApi, issueToken } from '#rufer/tests/helpers/api.ts'
import { registerNew } from '#rufer/tests/helpers/people.ts'
import { upgrade } from '#rufer/tests/helpers/wire.ts'
import { startStage, type EmbeddedStage } from './stage.ts'

describe('clients', () => {
  let stage: EmbeddedStage
  beforeAll(async () => {
    stage = await startStage({ env: { RUFER_LIMIT_UPGRADES_PER_SECOND: '0' } })
  })
  afterAll(() => stage.stop())

  test('F6 some do not read: they are cut with 4408, and others wait no more than twice as long', async () => {
    const faults = await endure('F6 slow readers', stage, async ({ history }) => {
      await untilAcknowledged(history, 300)
      const alone = p99(history.entries)
      const before = history.entries.length
      expect(await stopReading(stage.server, 4)).toEqual([4408, 4408, 4408, 4408])
      await untilAcknowledged(history, 300)
      const beside = p99(history.entries.slice(before))
      process.stdout.write(`F6: p99 ${alone.toFixed(0)} ms alone, ${beside.toFixed(0)} ms beside them\n`)
      // below 100 ms it is the machine that decides
      expect(beside).toBeLessThan(Math.max(100, 2 * alone))
    })
    expect(faults).toEqual([])
  })

  test('F9 messages are sent up to ten times at once, over two connections and the next: each is one', async () => {
    const faults = await endure('F9 duplicate sends', stage, async (trial) => {
      for (let round = 0; round < 15; round++) expect((await sendManyTimes(stage.server, trial)).size).toBe(1)
    })
    expect(faults).toEqual([])
  })

  test('F10 a token is used by many at once: exactly one gets in', async () => {
    const { server } = stage
    const faults = await endure('F10 token replay', stage, async ({ cast, history }) => {
      const userId = await registerNew(server, 'popular')
      const record = history.as(`${userId}/many`, userId)
      for (let turn = 0; turn < 40; turn++) {
        const token = await issueToken(server, userId)
        const answers = await Promise.all(
          Array.from({ length: 10 }, async () => {
            const call = history.nextCall()
            record({ type: 'invoke', call, ask: { method: 'connect', token, isSound: true } })
            const { status, drop } = await upgrade(server, { token })
            drop()
            record(status === 101 ? { type: 'ok', call, answer: {} } : { type: 'fail', call, code: status })
            return status
          }),
        )
        expect(answers.toSorted((a, b) => a - b)).toEqual([101, ...Array<number>(9).fill(401)])
      }
      expect(cast.devices.length).toBeGreaterThan(0)
    })
    expect(faults).toEqual([])
  })

  test('F16 some send nonsense of every kind: it is answered as is defined, within a second', async () => {
    const { server } = stage
    const faults = await endure('F16 nonsense', stage, async ({ history, random }) => {
      const userIds = await Promise.all(Array.from({ length: 4 }, () => registerNew(server, 'mad')))
      const { hostname, port } = new URL(server.url)
      const tally = new Tally(() => 0)
      const job = {
        target: {
          url: server.url,
          host: `${hostname}:${port}`,
          port: Number(port),
          call: (name: string, body?: object) => callApi(server, name, body && { body }),
          token: (userId: string) => issueToken(server, userId),
        },
        random: createRandom(random() * 2 ** 32),
        tally,
        userIds,
      }
      const parts = [fuzzRequests, fuzzViolations, fuzzUpgrades, fuzzBytes].map((part) => part(job))
      const before = history.entries.length
      for (let turn = 0; turn < 60; turn++) await Promise.all(parts.map((step) => step()))
      process.stdout.write(`F16: ${tally.inputs} inputs\n`)
      expect(tally.faults).toEqual([])
      expect(history.entries.length).toBeGreaterThan(before)
    })
    expect(faults).toEqual([])
  })
})

// --- Internal helpers ---

/** The time that all but a hundredth of the messages were answered in, in ms. */
function p99(entries: readonly Entry[]): number {
  const times = callsOf(entries, ['message.send'])
    .flatMap(({ at, endedAt }) => (endedAt === undefined ? [] : [endedAt - at]))
    .toSorted((a, b) => a - b)
  return times[Math.floor(times.length * 0.99)] ?? 0
}
