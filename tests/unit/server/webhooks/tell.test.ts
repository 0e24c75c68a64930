// What is kept of how an attempt ended.
import { connect, createServer, type AddressInfo, type LookupFunction } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { systemClock } from '#rufer/server/clock.ts'
import { createCounters } from '#rufer/server/counters.ts'
import { createLog } from '#rufer/server/log.ts'
import { createTell } from '#rufer/server/webhooks/tell.ts'
import { fillOutbox, toConfig } from './stage.ts'

const around = {
  config: toConfig({ url: 'http://127.0.0.1/' }),
  clock: systemClock,
  counters: createCounters(),
  log: createLog('silent'),
  isEnding: () => false,
}

test('what was taken is not sent again for being unable to forget it', async () => {
  const { outbox, topic } = await fillOutbox(1)
  const [event] = await outbox.listEvents(topic, 1)
  if (!event) throw new Error('there is no event')
  const sent: string[] = []
  let failures = 2
  const remove = async (id: string) => {
    if (failures-- > 0) throw new Error('the disk is full')
    await outbox.remove(id)
  }
  const attempt = async ({ id }: { id: string }) => void sent.push(id)
  const tell = createTell({ ...around, outbox: { ...outbox, remove }, attempt })
  for (let times = 0; times < 2; times++) await expect(tell(event)).rejects.toThrow('the disk is full')
  expect(await tell(event)).toBe(0)
  expect(sent).toEqual([event.id])
  expect(await outbox.listEvents(topic, 1)).toEqual([])
})

test('keeps no more ids than so many of those it could not forget', async () => {
  const { outbox, topic } = await fillOutbox(1)
  const [event] = await outbox.listEvents(topic, 1)
  if (!event) throw new Error('there is no event')
  const sent: string[] = []
  const attempt = async ({ id }: { id: string }) => void sent.push(id)
  const tell = createTell({ ...around, outbox: { ...outbox, remove: fail }, attempt })
  const ids = Array.from({ length: 10_001 }, (_, index) => `event ${index}`)
  for (const id of [...ids, 'event 10000', 'event 0'])
    await expect(tell({ ...event, id })).rejects.toThrow('the disk is full')
  expect(sent).toEqual([...ids, 'event 0'])
})

test('tells why, also where every address of a name refused', async () => {
  const { outbox, topic } = await fillOutbox(1)
  const [event] = await outbox.listEvents(topic, 1)
  if (!event) throw new Error('there is no event')
  const port = await closedPort()
  async function attempt() {
    const [error] = await once(connect({ host: 'both.example', port, lookup: both }), 'error')
    throw error
  }
  expect(await createTell({ ...around, outbox, attempt })(event)).toBe(0)
  const { letters } = await outbox.listDeadLetters({ limit: 1 })
  expect(letters[0]?.reason).toBe(
    `connect ECONNREFUSED 127.0.0.1:${port}; connect ECONNREFUSED 127.0.0.2:${port}`,
  )
})

// --- Internal helpers ---

async function fail(): Promise<never> {
  throw new Error('the disk is full')
}

const both: LookupFunction = (_, _options, callback) =>
  callback(null, [
    { address: '127.0.0.1', family: 4 },
    { address: '127.0.0.2', family: 4 },
  ])

async function closedPort() {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await once(server.close(), 'close')
  return port
}
