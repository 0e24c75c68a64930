// What the log tells of an outbox that cannot be used.
import { expect, onTestFinished, test } from 'vitest'
import { pino } from 'pino'
import { systemClock } from '#rufer/server/clock.ts'
import { createCounters } from '#rufer/server/counters.ts'
import { startWebhooks } from '#rufer/server/webhooks/webhooks.ts'
import { fillOutbox, someTurns, toConfig } from './stage.ts'

test('is told once, and not that it is well again while parts of it fail', async () => {
  const { outbox } = await fillOutbox(1)
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line).msg) })
  const webhooks = startWebhooks({
    config: toConfig({ url: 'http://127.0.0.1/' }),
    outbox: { ...outbox, listEvents: fail },
    clock: systemClock,
    counters: createCounters(),
    log,
  })
  onTestFinished(() => webhooks.stop())
  for (let times = 0; times < 10; times++) {
    webhooks.wake()
    await someTurns()
  }
  expect(lines).toEqual(['unable to read or write the outbox; webhooks wait'])
})

// --- Internal helpers ---

async function fail(): Promise<never> {
  throw new Error('the disk is full')
}
