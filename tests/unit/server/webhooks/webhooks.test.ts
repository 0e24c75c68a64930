// How webhooks look into the outbox, and what the log tells where it cannot be used.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { pino } from 'pino'
import { systemClock } from '#rufer/server/clock.ts'
import { createCounters } from '#rufer/server/counters.ts'
import type { Outbox } from '#rufer/server/store/outbox.ts'
import { startWebhooks } from '#rufer/server/webhooks/webhooks.ts'
import { fillOutbox, someTurns, toConfig } from './stage.ts'

test('is told once, and not that it is well again while parts of it fail', async () => {
  const { outbox } = await fillOutbox(1)
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line).msg) })
  const webhooks = start({ ...outbox, listEvents: fail }, log)
  for (let times = 0; times < 10; times++) {
    webhooks.wake()
    await someTurns()
  }
  expect(lines).toEqual(['unable to read or write the outbox; webhooks wait'])
})

test('are woken by all that happens, and look at much of it at once', async () => {
  const { outbox } = await fillOutbox(0)
  let looks = 0
  const listTopics: Outbox['listTopics'] = (query) => {
    looks++
    return outbox.listTopics(query)
  }
  const webhooks = start({ ...outbox, listTopics })
  for (let times = 0; times < 100; times++) {
    webhooks.wake()
    await nextTurn()
  }
  expect(looks).toBeGreaterThan(0)
  expect(looks).toBeLessThan(20)
})

// --- Internal helpers ---

function start(outbox: Outbox, log = pino({ level: 'silent' })) {
  const config = toConfig({ url: 'http://127.0.0.1/' })
  const webhooks = startWebhooks({ config, outbox, clock: systemClock, counters: createCounters(), log })
  onTestFinished(() => webhooks.stop())
  return webhooks
}

async function fail(): Promise<never> {
  throw new Error('the disk is full')
}
