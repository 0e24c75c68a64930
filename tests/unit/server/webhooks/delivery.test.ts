// One attempt to deliver: how answers are taken that no good back end would give.
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createDelivery } from '#rufer/server/webhooks/delivery.ts'
import type { OutboxEvent } from '#rufer/server/store/outbox.ts'
import type { WebhookConfig } from '#rufer/server/webhooks/settings.ts'
import { someTurns, toConfig } from './stage.ts'

const ANSWERED = 'HTTP/1.1 200 OK\r\n'
const ENDLESS = `${ANSWERED}Transfer-Encoding: chunked\r\n\r\n`

const EVENT: OutboxEvent = {
  id: 'some-event',
  told: {
    kind: 'presence.changed',
    at: '2026-01-01T00:00:00.000Z',
    presence: { userId: 'alice', status: 'online', lastSeenAt: null },
  },
  attempts: 0,
  failedSince: null,
  nextAt: null,
}

/** A peer that says such things to every request; `sockets` are the connections that it got. */
async function deliverTo(answer: (socket: Socket) => void, settings: Partial<WebhookConfig> = {}) {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined).on('data', () => answer(socket))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const delivery = createDelivery(toConfig({ url: `http://127.0.0.1:${port}/`, ...settings }))
  onTestFinished(() => {
    delivery.close()
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { attempt: () => delivery.attempt(EVENT, new AbortController().signal), sockets }
}

const IN_TIME = { timeout: 5_000 }

test('a connection serves many events, whatever is said besides', async () => {
  const { attempt, sockets } = await deliverTo((socket) =>
    socket.write(`${ANSWERED}Content-Length: 5\r\n\r\nthank`),
  )
  for (let times = 0; times < 3; times++) {
    await attempt()
    await someTurns()
  }
  expect(sockets).toHaveLength(1)
})

test('whoever never ends an answer is let go with the time there is for it', async () => {
  const { attempt, sockets } = await deliverTo((socket) => socket.write(ENDLESS), { timeoutMs: 100 })
  await attempt()
  await expect.poll(() => sockets[0]?.destroyed, IN_TIME).toBe(true)
})

test('whoever says too much is not heard out', async () => {
  const { attempt, sockets } = await deliverTo((socket) => {
    const more = () => {
      while (!socket.destroyed && socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`)) continue
    }
    socket.on('drain', more).write(ENDLESS)
    more()
  })
  await attempt()
  await expect.poll(() => sockets[0]?.destroyed, IN_TIME).toBe(true)
})

test.each([
  [
    'a connection that becomes another protocol’s',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
  ],
  ['one that is told to go on and on', 'HTTP/1.1 102 Processing\r\n\r\n'],
  ['half an answer', 'HTTP/1.1 200'],
])('%s is a failure, and nothing waits for it for ever', async (_, answer) => {
  const { attempt } = await deliverTo((socket) => socket.write(answer), { timeoutMs: 100 })
  await expect(attempt()).rejects.toThrow('no answer within 100 ms')
})

test.each([301, 302, 307, 308])('goes nowhere else when told so with %s', async (status) => {
  const { attempt, sockets } = await deliverTo((socket) => {
    const { port } = socket.address() as AddressInfo
    socket.end(`HTTP/1.1 ${status} Moved\r\nLocation: http://127.0.0.1:${port}/\r\nContent-Length: 0\r\n\r\n`)
  })
  await expect(attempt()).rejects.toThrow(`answered ${status}`)
  expect(sockets).toHaveLength(1)
})
