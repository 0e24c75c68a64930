// The heartbeat: one timer over all connections finds the silent, the stalled and those that are due for renewal.
import { STALLED_MS } from '#rufer/shared/protocol/limits.ts'
import type { Config } from '#rufer/server/config.ts'
import type { Connection } from './connection.ts'
import type { Hub } from './hub.ts'

interface HeartbeatOptions {
  hub: Hub
  config: Pick<Config, 'heartbeatMs' | 'heartbeatTimeoutMs' | 'sessionMaxAgeMs'>
  monotonicMs: () => number
}

/**
 * Starts the heartbeat; the returned function stops it.
 *
 * It goes round all connections in parts, and each is pinged on its own time: pings to very many at once, and all their
 * answers, would keep everybody else waiting.
 */
export function startHeartbeat({ hub, config, monotonicMs }: HeartbeatOptions): () => void {
  // a peer must have the chance to answer before its silence is judged
  const pingMs = Math.min(config.heartbeatMs, config.heartbeatTimeoutMs / 2)
  const roundMs = Math.max(10, Math.min(1_000, pingMs / 4))
  const parts = Math.max(1, Math.floor(roundMs / PART_MS))
  const everyMs = roundMs / parts
  let beganAt = monotonicMs()
  let round = hub.all().values()

  const timer = setInterval(() => {
    const now = monotonicMs()
    const lateMs = now - beganAt
    beganAt = now
    // a process that stood still has heard nobody, which says nothing about the peers
    if (lateMs > everyMs + LATE_MS) for (const connection of hub.all()) connection.forgive(lateMs)
    // one step is the end of a round
    for (let steps = Math.ceil(hub.all().size / parts) + 1; steps > 0; steps--) {
      const { value: connection } = round.next()
      if (!connection) {
        round = hub.all().values()
        continue
      }
      judge(connection, now, config)
      if (now - connection.pingedAt >= pingMs && connection.isOpen) connection.ping()
    }
  }, everyMs)
  return () => clearInterval(timer)
}

// --- Internal helpers ---

/** How far apart the parts of a round are, at least. */
const PART_MS = 50
/** A timer this late means that the process was busy or stopped. */
const LATE_MS = 500

function judge(connection: Connection, now: number, config: HeartbeatOptions['config']) {
  const isSilent = !connection.isPaused && now - connection.heardAt > config.heartbeatTimeoutMs
  const isStalled = connection.unsentBytes > 0 && now - connection.progressAt > STALLED_MS
  if (isSilent || isStalled) connection.end('silent')
  else if (now - connection.openedAt > config.sessionMaxAgeMs) connection.end('restarting')
}
