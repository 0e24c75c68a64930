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

/** Starts the heartbeat; the returned function stops it. */
export function startHeartbeat({ hub, config, monotonicMs }: HeartbeatOptions): () => void {
  // a peer must have the chance to answer before its silence is judged
  const pingMs = Math.min(config.heartbeatMs, config.heartbeatTimeoutMs / 2)
  const everyMs = Math.max(10, Math.min(1_000, pingMs / 4))
  let sweptAt = monotonicMs()
  let pingedAt = sweptAt

  const timer = setInterval(() => {
    const now = monotonicMs()
    // a process that stood still has heard nobody, which says nothing about the peers
    const lateMs = now - sweptAt > everyMs + LATE_MS ? now - sweptAt : 0
    const isPingDue = now - pingedAt >= pingMs
    sweptAt = now
    if (isPingDue) pingedAt = now
    for (const connection of hub.all()) {
      connection.forgive(lateMs)
      judge(connection, now, config)
      if (isPingDue && connection.isOpen) connection.ping()
    }
  }, everyMs)
  return () => clearInterval(timer)
}

// --- Internal helpers ---

/** A timer this late means that the process was busy or stopped. */
const LATE_MS = 500

function judge(connection: Connection, now: number, config: HeartbeatOptions['config']) {
  const isSilent = !connection.isPaused && now - connection.heardAt > config.heartbeatTimeoutMs
  const isStalled = connection.unsentBytes > 0 && now - connection.progressAt > STALLED_MS
  if (isSilent || isStalled) connection.end('silent')
  else if (now - connection.openedAt > config.sessionMaxAgeMs) connection.end('restarting')
}
