// The machine in trouble under load: its clock is turned, its processor taken away, its memory small.
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closesOf, endure } from '#rufer/tests/faults/trial/endure.ts'
import { askWithoutReading, countCut } from '#rufer/tests/faults/trial/slow-reader.ts'
import { untilAcknowledged } from '#rufer/tests/faults/trial/trial.ts'
import { callApi, issueToken } from '#rufer/tests/helpers/api.ts'
import type { TestServer } from '#rufer/tests/helpers/server.ts'
import { upgrade } from '#rufer/tests/helpers/wire.ts'
import { until } from '#rufer/tests/helpers/until.ts'
import { startStage, type EmbeddedStage } from './stage.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** The life of a token. */
const TOKEN_MS = 15 * MINUTE_MS

/** Loads a file of tests/helpers into the server before anything else. */
function preload(name: string) {
  return { NODE_OPTIONS: `--import=${pathToFileURL(`${import.meta.dirname}/../../helpers/${name}.ts`).href}` }
}

describe('the clock', () => {
  const turns = [HOUR_MS, 0, -HOUR_MS, -10 * MINUTE_MS, 0]
  let stage: EmbeddedStage
  beforeAll(async () => {
    stage = await startStage({ env: { ...preload('turned-clock'), TURNED_CLOCK_MS: turns.join() } })
  })
  afterAll(() => stage.stop())

  test('F12 is turned, forward and back: no order and no heartbeat follows it, and tokens live as long as it says', async () => {
    const { server } = stage
    const faults = await endure('F12 the clock is turned', stage, async ({ cast, history }) => {
      const [userId = ''] = cast.userIds
      for (const [index, turn] of turns.entries()) {
        const before = history.entries.length
        const token = await issueToken(server, userId)
        server.process.kill('SIGUSR2')
        await untilTurned(server, userId, turn)
        const { status, drop } = await upgrade(server, { token })
        drop()
        // an hour is longer than the life of a token; turned back it was not there yet, and that harms nothing
        expect(status).toBe(turn - (turns[index - 1] ?? 0) > TOKEN_MS ? 401 : 101)
        await untilAcknowledged(history, 50)
        expect(closesOf(history.entries.slice(before))).toEqual([])
      }
    })
    expect(faults).toEqual([])
  })
})

/** Waits until the server's clock is so far ahead of this one: the signal may take a moment. */
async function untilTurned(server: TestServer, userId: string, turnMs: number) {
  await until({ what: `the clock is ${turnMs} ms ahead`, timeoutMs: 10_000 }, async () => {
    const { body } = await callApi(server, 'POST /api/users/session-token', { body: { userId } })
    const ahead = Date.parse(String(body['expiresAt'])) - TOKEN_MS - Date.now() - turnMs
    return Math.abs(ahead) < MINUTE_MS ? undefined : `it is off by ${ahead} ms`
  })
}

describe('the event loop', () => {
  const stallMs = 5_000
  let stage: EmbeddedStage
  beforeAll(async () => {
    stage = await startStage({
      env: {
        ...preload('stalled'),
        TEST_STALL_MS: String(stallMs),
        // shorter than the stall: who would be cut for it is; longer than a busy machine keeps the clients from answering
        RUFER_HEARTBEAT_MS: '1000',
        RUFER_HEARTBEAT_TIMEOUT_MS: '4000',
      },
    })
  })
  afterAll(() => stage.stop())

  test('F15 stands still for 5 s, again and again: nobody is taken for dead', async () => {
    const { server } = stage
    const faults = await endure('F15 the event loop stands still', stage, async ({ history, stoodStill }) => {
      const before = history.entries.length
      for (let stall = 0; stall < 4; stall++) {
        server.process.kill('SIGUSR2')
        await untilAcknowledged(history, 30)
        stoodStill(stallMs)
      }
      expect(closesOf(history.entries.slice(before))).toEqual([])
    })
    expect(faults).toEqual([])
  })
})

describe('memory', () => {
  /** Each takes in as many pages as the connections of a user may. */
  const GREEDY = 10
  const EACH = 15
  let stage: EmbeddedStage
  beforeAll(async () => {
    stage = await startStage({ env: { NODE_OPTIONS: '--max-old-space-size=128' } })
  })
  afterAll(() => stage.stop())

  test('F17 is small, and many ask for much without reading it: they are cut, and the process lives', async () => {
    const { server } = stage
    const faults = await endure('F17 little memory', stage, async ({ history }) => {
      const before = await countCut(server)
      for (let user = 0; user < GREEDY; user++) await askWithoutReading(server, EACH)
      await until({ what: 'they are cut', timeoutMs: 60_000 }, async () => {
        const cut = (await countCut(server)) - before
        return cut >= GREEDY * EACH ? undefined : `${cut} of ${GREEDY * EACH} are`
      })
      await untilAcknowledged(history, 50)
    })
    expect(faults).toEqual([])
  })
})
