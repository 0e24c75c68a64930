// Clients that do what they should not, under load: they do not read, send twice, use tokens twice, or speak nonsense.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sendManyTimes } from '#rufer/tests/faults/trial/eager.ts'
import { endure } from '#rufer/tests/faults/trial/endure.ts'
import { askWithoutReading, countCut, stopReading } from '#rufer/tests/faults/trial/slow-reader.ts'
import { fuzzRequests, fuzzViolations } from '#rufer/tests/fuzz/frames.ts'
import { fuzzBytes, fuzzUpgrades } from '#rufer/tests/fuzz/http.ts'
import { createRandom } from '#rufer/tests/fuzz/random.ts'
import { startHonest } from '#rufer/tests/fuzz/honest.ts'
import type { Mark } from '#rufer/tests/fuzz/target.ts'
import { Tally } from '#rufer/tests/fuzz/tally.ts'
import { callApi, issueToken, register } from '#rufer/tests/helpers/api.ts'
import { connect } from '#rufer/tests/helpers/client.ts'
import { registerNew, UNHURRIED } from '#rufer/tests/helpers/people.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { upgrade } from '#rufer/tests/helpers/wire.ts'
import { startStage, type EmbeddedStage } from './stage.ts'

describe('clients', () => {
  let stage: EmbeddedStage
  /** nobody does anything to it: what takes long there is for the machine, which may be busy for a while */
  let elsewhere: TestServer
  beforeAll(async () => {
    stage = await startStage({ env: { RUFER_LIMIT_UPGRADES_PER_SECOND: '0' } })
    elsewhere = await startServer({ env: UNHURRIED })
  })
  afterAll(() => Promise.all([stage.stop(), elsewhere.stop()]))

  test('F6 some do not read: they are cut with 4408, and others wait no more than twice as long', async () => {
    const { server } = stage
    const faults = await endure('F6 slow readers', stage, async () => {
      const [here, there] = [await openProbe(server), await openProbe(elsewhere)]
      const times = { alone: [] as number[], beside: [] as number[], elsewhere: [] as number[] }
      while (times.alone.length < 300) times.alone.push(await here.send())
      expect(await stopReading(server, 2)).toEqual([4408, 4408])
      const before = await countCut(server)
      await askWithoutReading(server, 10)
      // cut after 10 s without progress
      while ((await countCut(server)) - before < 10) {
        const [beside, meanwhile] = await Promise.all([here.send(), there.send()])
        times.beside.push(beside)
        times.elsewhere.push(meanwhile)
      }
      await Promise.all([here.close(), there.close()])
      for (const { name, share, fastMs } of JUDGED) {
        const of = (ms: number[]) => ms.toSorted((a, b) => a - b)[Math.floor(ms.length * share)] ?? 0
        const [alone, beside, meanwhile] = [of(times.alone), of(times.beside), of(times.elsewhere)]
        const told = [alone, beside, meanwhile].map((ms) => `${ms.toFixed(1)} ms`)
        process.stdout.write(
          `F6: ${name} ${told[0]} alone, ${told[1]} beside them, ${told[2]} elsewhere meanwhile\n`,
        )
        expect(beside).toBeLessThan(Math.max(fastMs, 2 * alone, 2 * meanwhile))
      }
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
      const honest = await startHonest(toMark(server))
      const tally = new Tally(honest.controlMs)
      const job = { target: toMark(server), random: createRandom(random() * 2 ** 32), tally, userIds }
      const parts = [fuzzRequests, fuzzViolations, fuzzUpgrades, fuzzBytes].map((part) => part(job))
      const before = history.entries.length
      for (let turn = 0; turn < 60; turn++) await Promise.all(parts.map((step) => step()))
      process.stdout.write(`F16: ${tally.inputs} inputs\n`)
      expect(await honest.stop()).toMatchObject({ lost: 0, doubled: 0, reordered: 0 })
      expect(tally.faults).toEqual([])
      expect(history.entries.length).toBeGreaterThan(before)
    })
    expect(faults).toEqual([])
  })
})

// --- Internal helpers ---

/** The server, as the fuzzer knows one. */
function toMark(server: TestServer): Mark {
  const { hostname, port } = new URL(server.url)
  return {
    url: server.url,
    host: `${hostname}:${port}`,
    port: Number(port),
    call: (name, body) => callApi(server, name, body && { body }),
    register: (userId) => register(server, userId),
    token: (userId) => issueToken(server, userId),
  }
}

/** Somebody who sends a message after the other; each tells how long it took, in ms. */
async function openProbe(server: TestServer) {
  const probe = await connect(server, await registerNew(server, 'probe'))
  const userId = await registerNew(server, 'peer')
  return {
    close: () => probe.close(),
    async send() {
      const began = performance.now()
      await probe.say({ userId }, 'how long does it take?')
      return performance.now() - began
    },
  }
}

/** Below `fastMs` it is the machine that decides, and what else it does; npm run bench:disturbance has the figures. */
const JUDGED = [
  { name: 'median', share: 0.5, fastMs: 50 },
  { name: 'p99', share: 0.99, fastMs: 250 },
]
