// The heartbeat beside very many connections: each is pinged in time, and never are many at once.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startHeartbeat } from '#rufer/server/socket/heartbeat.ts'
import { createHub } from '#rufer/server/socket/hub.ts'
import { createConnection, silentSocket } from '#rufer/tests/helpers/connections.ts'

const config = { heartbeatMs: 20_000, heartbeatTimeoutMs: 30_000, sessionMaxAgeMs: 1e9 }
const monotonicMs = () => performance.now()
const hub = createHub()
let stop: () => void
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  stop = startHeartbeat({ hub, config, monotonicMs })
})
afterEach(() => {
  stop()
  for (const connection of hub.all()) hub.remove(connection)
  vi.useRealTimers()
})

test('of a thousand that came at once each is pinged every 15 s, no more than a twentieth of them at a time', () => {
  const pings: number[][] = Array.from({ length: 1_000 }, () => [])
  for (const own of pings) add({ onPing: (connection) => own.push(performance.now()) && connection.ponged() })
  vi.advanceTimersByTime(60_000)

  const atOnce = Map.groupBy(pings.flat(), (at) => at)
  expect(Math.max(...[...atOnce.values()].map(({ length }) => length))).toBeLessThanOrEqual(51)
  for (const own of pings) {
    expect(own).toHaveLength(3)
    const apart = own.map((at, index) => at - (own[index - 1] ?? 0))
    expect(Math.min(...apart)).toBeGreaterThanOrEqual(15_000)
    expect(Math.max(...apart)).toBeLessThan(16_100)
  }
})

test.each([1, 7, 1_000])(
  'of %i nobody who answers is cut, and all who do not are within a round',
  (count) => {
    for (let index = 0; index < count; index++) add({ onPing: (connection) => connection.ponged() })
    const silent = Array.from({ length: count }, () => add({ onPing: () => undefined }))
    vi.advanceTimersByTime(30_000)
    expect(silent.filter(({ isOpen }) => isOpen)).toHaveLength(count)
    vi.advanceTimersByTime(1_100)
    expect(silent.filter(({ isOpen }) => isOpen)).toHaveLength(0)
    vi.advanceTimersByTime(60_000)
    expect(hub.all().size).toBe(count)
  },
)

// --- Internal helpers ---

function add({ onPing }: { onPing: (connection: ReturnType<typeof createConnection>) => void }) {
  const connection = createConnection({
    socket: { ...silentSocket, ping: () => onPing(connection) },
    monotonicMs,
    onEnd: () => hub.remove(connection),
  })
  hub.add(connection)
  return connection
}
