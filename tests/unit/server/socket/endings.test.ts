// The end of all connections at once: when their clients are told to come back.
import type { Socket } from 'node:net'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { systemClock } from '#rufer/server/clock.ts'
import { parseConfig } from '#rufer/server/config.ts'
import { createCounters } from '#rufer/server/counters.ts'
import type { Services } from '#rufer/server/services/services.ts'
import { Admission } from '#rufer/server/socket/admissions.ts'
import { createHub } from '#rufer/server/socket/hub.ts'
import { createSockets } from '#rufer/server/socket/sockets.ts'

const nothing = () => {}

/** So many open connections, and what each was told last. */
function openMany(count: number) {
  const services = {
    presence: { connected: nothing, disconnected: nothing },
    typing: { disconnected: nothing },
  } as unknown as Services
  const sockets = createSockets({
    config: parseConfig({ RUFER_DEMO: 'true' }, { isDev: true }),
    services,
    hub: createHub(),
    clock: systemClock,
    counters: createCounters(),
    log: pino(new Writable({ write: (_line, _encoding, done) => done() })),
  })
  const told: Buffer[] = []
  for (let index = 0; index < count; index++) {
    const socket = {
      bufferedAmount: 0,
      send: (frame: Buffer) => (told[index] = frame),
      close: nothing,
      resume: nothing,
    } as unknown as WebSocket
    const stream = { bytesRead: 0, cork: nothing, uncork: nothing, on: nothing } as unknown as Socket
    sockets.open(socket, stream, new Admission('127.0.0.1', nothing))
  }
  const waits = () => told.map((frame): number => JSON.parse(String(frame)).data.reconnectAfterMs)
  return { sockets, waits }
}

/** How many come back in each second after the end. */
function perSecond(waits: number[]) {
  const seconds: number[] = []
  for (const wait of waits) {
    const second = Math.floor((wait - 500) / 1_000)
    seconds[second] = (seconds[second] ?? 0) + 1
  }
  return seconds
}

test('10,000 clients come back over 10 s, about a thousand in each', async () => {
  const { sockets, waits } = openMany(10_000)
  await sockets.drain()
  const seconds = perSecond(waits())
  process.stdout.write(`10,000 clients come back, in each second: ${seconds.join(' ')}\n`)
  // chance moves such a count by 30; eight times that is none
  expect(Math.max(...seconds)).toBeLessThan(1_250)
  expect(Math.min(...seconds.slice(0, 10))).toBeGreaterThan(750)
})

test('a failed feed brings them back no faster', () => {
  const { sockets, waits } = openMany(3_000)
  sockets.restart()
  expect(Math.max(...waits())).toBeGreaterThan(3_000)
  void sockets.drain()
})

test('a few come back soon', async () => {
  const { sockets, waits } = openMany(20)
  await sockets.drain()
  expect(Math.min(...waits())).toBeGreaterThanOrEqual(500)
  expect(Math.max(...waits())).toBeLessThanOrEqual(2_500)
})
