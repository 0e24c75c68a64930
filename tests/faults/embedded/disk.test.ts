// The disk in trouble under load: full, and locked by somebody else.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DATABASE } from '#rufer/server/store/sqlite/files.ts'
import { endure } from '#rufer/tests/faults/trial/endure.ts'
import { untilAcknowledged } from '#rufer/tests/faults/trial/trial.ts'
import { newId, connect, type TestClient } from '#rufer/tests/helpers/client.ts'
import { registerNew } from '#rufer/tests/helpers/people.ts'
import { until } from '#rufer/tests/helpers/until.ts'
import { startStage, type EmbeddedStage } from './stage.ts'

describe('the disk', () => {
  let stage: EmbeddedStage
  beforeAll(async () => {
    const preloaded = pathToFileURL(`${import.meta.dirname}/../../helpers/full-disk.ts`).href
    stage = await startStage({ env: { NODE_OPTIONS: `--import=${preloaded}` } })
  })
  afterAll(() => stage.stop())

  test('F13 is full: nothing is acknowledged, all can be read, and room is all it takes to go on', async () => {
    const { server } = stage
    const faults = await endure('F13 a full disk', stage, async ({ history }) => {
      const { client, friendId } = await meetSomebody()
      await client.say({ userId: friendId }, 'before')
      server.process.kill('SIGUSR2')
      await until({ what: 'messages are refused', timeoutMs: 20_000 }, async () =>
        (await isRefused(client, friendId)) ? undefined : 'there is room',
      )
      const { conversations } = await client.request('conversation.list')
      const params = { conversationId: conversations[0]?.id, limit: 1 }
      expect((await client.request('message.list', params)).messages).toHaveLength(1)
      await pause(2_000)
      expect(await isRefused(client, friendId)).toBe(true)
      server.process.kill('SIGUSR2')
      await untilAcknowledged(history, 50)
      await client.say({ userId: friendId }, 'after')
      await client.close()
    })
    expect(faults).toEqual([])
  })

  test('F14 is locked by another process: for a moment nobody notices, later all are told, and nothing else waits', async () => {
    const { server } = stage
    const faults = await endure('F14 a locked file', stage, async ({ history }) => {
      const { client, friendId } = await meetSomebody()
      const pinger = await connect(server, await registerNew(server, 'pinger'))
      const other = new DatabaseSync(join(server.dataDir, DATABASE), { timeout: 10_000 })
      for (let isMoment = false; !isMoment;) {
        other.exec('BEGIN IMMEDIATE')
        const began = performance.now()
        const refusal = isRefused(client, friendId)
        await pause(700)
        other.exec('ROLLBACK')
        // a busy machine may make it longer than anybody waits
        isMoment = performance.now() - began < PATIENCE_MS
        expect([false, !isMoment]).toContain(await refusal)
      }

      other.exec('BEGIN IMMEDIATE')
      const refusal = isRefused(client, friendId)
      const waits = await pingFor(pinger, 4_000)
      await pinger.close()
      expect(await refusal).toBe(true)
      other.close()
      // 100 ms at a time, and whatever the machine adds
      expect(waits[Math.floor(waits.length / 2)]).toBeLessThan(250)
      await untilAcknowledged(history, 50)
      await client.close()
    })
    expect(faults).toEqual([])
  })

  /** Somebody with a connection, and somebody to write to. */
  async function meetSomebody() {
    const { server } = stage
    const [userId, friendId] = [await registerNew(server, 'writer'), await registerNew(server, 'friend')]
    return { client: await connect(server, userId), friendId }
  }
})

// --- Internal helpers ---

/** Less than the server waits for the lock of another process. */
const PATIENCE_MS = 1_500

/** Whether the store takes no message just now. */
async function isRefused(client: TestClient, userId: string): Promise<boolean> {
  const params = { id: newId(), userId, text: 'x'.repeat(5_000) }
  return client.request('message.send', params).then(
    () => false,
    (error: unknown) => {
      if (String(error).includes('"code":"store-unavailable"')) return true
      throw error
    },
  )
}

/** How long a client waits for each answer, in ms, sorted. */
async function pingFor(client: TestClient, ms: number) {
  const waits: number[] = []
  for (const end = performance.now() + ms; performance.now() < end;) {
    const began = performance.now()
    await client.settled()
    waits.push(performance.now() - began)
    await pause(20)
  }
  return waits.toSorted((a, b) => a - b)
}
