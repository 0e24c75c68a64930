// The server's process in trouble under load: killed, stopped, standing still.
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { untilLive } from '#rufer/tests/faults/load/cast.ts'
import { closesOf, endure } from '#rufer/tests/faults/trial/endure.ts'
import { untilAcknowledged } from '#rufer/tests/faults/trial/trial.ts'
import { startStage, type EmbeddedStage } from './stage.ts'

const KILLS = 5

describe('the server', () => {
  let stage: EmbeddedStage
  beforeAll(async () => {
    stage = await startStage()
  })
  afterAll(() => stage.stop())

  test('F1 is killed again and again: nothing that it acknowledged is lost, and clients are back within 10 s', async () => {
    const { server, load } = stage
    const soon = { ...stage, load: { ...load, levelMs: 20_000 } }
    const faults = await endure('F1 the server is killed', soon, async (trial) => {
      for (let kill = 0; kill < KILLS; kill++) {
        // who was away since the first one waits longer and longer; from the last one all come back as from a single one
        if (kill === KILLS - 1) await Promise.all(trial.cast.devices.map(untilLive))
        await pause(trial.random() * 1_500)
        await trial.end(server, 'SIGKILL')
        await trial.restart(server)
      }
    })
    expect(faults).toEqual([])
  })

  test('F2 is stopped and started again: it ends with 0, and nobody is cut off without a word', async () => {
    const { server } = stage
    const faults = await endure('F2 the server is restarted', stage, async (trial) => {
      for (let round = 0; round < 3; round++) {
        const before = trial.history.entries.length
        expect(await trial.end(server, 'SIGTERM')).toBe(0)
        await trial.restart(server)
        await untilAcknowledged(trial.history, 20)
        // by now everybody has heard
        const codes = closesOf(trial.history.entries.slice(before))
        expect(new Set(codes)).toEqual(new Set([1012]))
      }
    })
    expect(faults).toEqual([])
  })

  test.each([5, 20])('F3 stands still for %i s: nothing is doubled when it goes on', async (seconds) => {
    const { server } = stage
    const faults = await endure(`F3 the server stands still for ${seconds} s`, stage, async (trial) => {
      server.process.kill('SIGSTOP')
      await pause(seconds * 1_000)
      server.process.kill('SIGCONT')
      trial.stoodStill(seconds * 1_000)
    })
    expect(faults).toEqual([])
  })
})

describe('a server that does not come back to itself', () => {
  let stage: EmbeddedStage
  beforeAll(async () => {
    stage = await startStage()
  })
  afterAll(() => stage.stop())

  test('F3 its clients find out within 45 s', async () => {
    const { server } = stage
    const faults = await endure('F3 the server stands still until all clients know', stage, async (trial) => {
      const { devices } = trial.cast
      const began = performance.now()
      server.process.kill('SIGSTOP')
      await expect
        .poll(() => devices.filter(({ client }) => client.status.state === 'live'), { timeout: 45_000 })
        .toEqual([])
      server.process.kill('SIGCONT')
      trial.stoodStill(performance.now() - began)
    })
    expect(faults).toEqual([])
  })
})
