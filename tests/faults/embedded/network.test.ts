// The network in trouble under load: half open, reset, slow, in pieces, and cut just when an answer is on its way.
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callsOf } from '#rufer/tests/faults/checker/calls.ts'
import { closesOf, endure } from '#rufer/tests/faults/trial/endure.ts'
import { untilLive } from '#rufer/tests/faults/load/cast.ts'
import { leaveGhost } from '#rufer/tests/faults/trial/ghost.ts'
import { countCut } from '#rufer/tests/faults/trial/slow-reader.ts'
import { untilAcknowledged } from '#rufer/tests/faults/trial/trial.ts'
import { openProxy, throughProxy } from '#rufer/tests/helpers/tcp-proxy.ts'
import { until } from '#rufer/tests/helpers/until.ts'
import { startStage, type EmbeddedStage } from './stage.ts'

describe('the network', () => {
  let stage: EmbeddedStage
  beforeAll(async () => {
    stage = await startStage()
  })
  afterAll(() => stage.stop())

  test('F4 a client says nothing any more: it is cut within 30 s, and offline within 45 s', async () => {
    const { server } = stage
    const faults = await endure('F4 a half-open client', stage, async (trial) => {
      const link = await openProxy(Number(new URL(server.url).port))
      const ghost = await leaveGhost(throughProxy(link), trial)
      await ghost.untilSeen(server)
      const before = await countCut(server)
      const began = performance.now()
      link.hold('client')
      // looked at every second, on a machine that may be busy
      await until({ what: 'it is cut', timeoutMs: 35_000 }, async () =>
        (await countCut(server)) > before ? undefined : 'it is not',
      )
      trial.mended()
      await ghost.untilGone(server, began + 45_000 - performance.now())
      expect(await ghost.closed).toBe(4408)
      await link.close()
    })
    expect(faults).toEqual([])
  })

  test('F4 the server is not heard any more: every client knows within 30 s', async () => {
    const { link } = stage
    const faults = await endure('F4 a half-open server', stage, async ({ cast, stoodStill }) => {
      const began = performance.now()
      link.hold('server')
      await until({ what: 'every client knows', timeoutMs: 35_000 }, () => {
        const unaware = cast.devices.filter(({ client }) => client.status.state === 'live')
        return unaware.length > 0 ? `${unaware.length} do not` : undefined
      })
      link.release()
      stoodStill(performance.now() - began)
    })
    expect(faults).toEqual([])
  })

  test('F5 connections are reset at any moment, amid their upgrades, too', async () => {
    const { link } = stage
    const faults = await endure('F5 resets', stage, async ({ random, history }) => {
      // a request for a token has 300 bytes, an upgrade 400
      link.resetAfter(() => (random() < 0.7 ? Math.ceil(random() ** 2 * 5_000) : undefined))
      // on a machine that is busy fewer of them have been let in again by the next one
      for (let cuts = 0; cuts < 15 || closesOf(history.entries).length < 50; cuts++) {
        await pause(random() * 800)
        link.cut()
        link.restore()
      }
      link.resetAfter(() => undefined)
    })
    expect(faults).toEqual([])
  })

  test.each([
    ['latency and jitter', { latencyMs: 150, jitterMs: 150 }],
    ['little bandwidth', { latencyMs: 20, bytesPerSecond: 20_000 }],
    ['single bytes', { sliceBytes: 1 }],
    ['all of it', { latencyMs: 80, jitterMs: 80, bytesPerSecond: 40_000, sliceBytes: 7 }],
  ])('F7 %s', async (name, quality) => {
    const { link } = stage
    const faults = await endure(`F7 ${name}`, stage, async ({ random, history, cast }) => {
      link.degrade(quality, random)
      // so that the connections begin in it
      for (const { client } of cast.devices) client.dropConnection()
      await untilAcknowledged(history, 50)
      link.degrade(undefined, random)
    })
    expect(faults).toEqual([])
  })

  test('F8 acknowledgements are lost after the commit: messages are sent again, and stored once', async () => {
    const { link, readStored } = stage
    const faults = await endure('F8 lost acknowledgements', stage, async ({ cast, history }) => {
      const countUnheard = async () => {
        const { messages } = await readStored([...cast.members.keys()])
        const sends = callsOf(history.entries, ['message.send'])
        const heard = new Set(sends.flatMap(({ ask, outcome }) => (outcome === 'ok' ? ask.id : [])))
        return messages.filter(({ id }) => !heard.has(id)).length
      }
      for (let round = 0; round < 5; round++) {
        // as who is not connected when it is held up does not get in meanwhile
        await Promise.all(cast.devices.map(untilLive))
        link.hold('server')
        // each client has one under way at a time, which may have been stored as it was held up
        await until({ what: 'messages are stored', timeoutMs: 60_000 }, async () =>
          (await countUnheard()) > 3 ? undefined : 'too few were',
        )
        link.cut()
        link.release()
        link.restore()
        await untilAcknowledged(history, 20)
      }
    })
    expect(faults).toEqual([])
  })
})

describe('the network of many', () => {
  let stage: EmbeddedStage
  beforeAll(async () => {
    stage = await startStage({ load: { users: 60, stepsPerSecond: 60, levelMs: 60_000 } })
  })
  afterAll(() => stage.stop())

  test('F11 fails for everybody at once: all have caught up within 30 s of its return', async () => {
    const { link } = stage
    const faults = await endure('F11 a reconnect storm', stage, async () => {
      link.cut()
      await pause(8_000)
      link.restore()
    })
    expect(faults).toEqual([])
  })
})
