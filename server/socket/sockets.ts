// All sockets of the process: from the upgrade, through what crossws and ws report, to the drain.
import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { Clock } from '#rufer/server/clock.ts'
import type { Config } from '#rufer/server/config.ts'
import type { Counters } from '#rufer/server/counters.ts'
import type { Log } from '#rufer/server/log.ts'
import { createRateLimiter } from '#rufer/server/rate-limiter.ts'
import type { Services } from '#rufer/server/services/services.ts'
import type { Signals } from '#rufer/server/services/signals.ts'
import type { CloseReason } from '#rufer/shared/protocol/close-codes.ts'
import { PAGE_SIZE, SYNC_CONVERSATIONS } from '#rufer/shared/protocol/limits.ts'
import { Admission, createAdmissions, type Admissions } from './admissions.ts'
import { createBacklog, type TakeTurn } from './backlog.ts'
import { Connection } from './connection.ts'
import { createDispatch, type Dispatch } from './dispatch.ts'
import { encodeEvent } from './encode.ts'
import { createGate } from './gate.ts'
import { startHeartbeat } from './heartbeat.ts'
import type { Hub } from './hub.ts'
import { createRequestLimit } from './limits.ts'
import { watchPresence } from './watching.ts'

export type Sockets = ReturnType<typeof createSockets>

export interface SocketsDeps {
  config: Config
  services: Services
  hub: Hub
  clock: Clock
  counters: Counters
  log: Log
}

export function createSockets(deps: SocketsDeps) {
  const { config, services, hub, clock, counters } = deps
  const { upgradesPerSecond, upgradesBurst } = config.limits
  const admissions = createAdmissions(config.limits)
  const upgradeRate = createRateLimiter(
    { perSecond: upgradesPerSecond, burst: upgradesBurst },
    clock.monotonicMs,
  )
  const dispatch = createDispatch({ ...deps, toContext: (connection) => toContext(connection, deps) })
  const takeTurn = createBacklog(clock.monotonicMs)
  let isDraining = false
  const stopHeartbeat = startHeartbeat({ hub, config, monotonicMs: clock.monotonicMs })

  return {
    /** Lets an upgrade in whose handshake is sound. @throws ChatError for what the upgrade is answered with */
    admit: createGate({ config, sessions: services.sessions, admissions, upgradeRate, counters }),

    /** The connection of an admitted socket: it gets every event from here on, `session.started` first. */
    open(socket: WebSocket, stream: Socket, admission: Admission): Connection {
      const connection = createConnection({ socket, stream, admission, takeTurn, dispatch, deps })
      admission.connection = connection
      connection.send(encodeStarted(connection, deps))
      deps.log.debug(
        { connectionId: connection.id, userId: connection.userId, address: admission.address },
        'a connection opened',
      )
      hub.add(connection)
      hub.subscribe(connection, `user:${connection.userId}`)
      services.presence.connected(connection.userId)
      if (admission.isRevoked) connection.end('ended')
      if (isDraining) connection.end('restarting')
      return connection
    },

    sessionsEnded: (which: Parameters<Signals['sessionsEnded']>[0]) => endSessions(admissions, which),

    /** Ends every open connection; its client comes back, and reads what it missed. */
    restart: () => endAll(hub),

    /** Finishes the requests that run, starts no other, and tells everybody to come back. */
    async drain() {
      isDraining = true
      stopHeartbeat()
      await Promise.all([...hub.all()].map((connection) => connection.settle()))
      endAll(hub)
    },
  }
}

/** The connection that an admitted upgrade became. */
export function connectionOf(context: Record<string, unknown>): Connection | undefined {
  const { admission } = context
  return admission instanceof Admission ? admission.connection : undefined
}

// --- Internal helpers ---

interface Opening {
  socket: WebSocket
  stream: Socket
  admission: Admission
  takeTurn: TakeTurn
  dispatch: Dispatch
  deps: SocketsDeps
}

function createConnection({ socket, stream, admission, takeTurn, dispatch, deps }: Opening) {
  const { config, clock, counters, hub, log, services } = deps
  const { requestsPerSecond, requestsBurst, waitingRequests, unsentBytes } = config.limits
  return new Connection({
    id: randomUUID(),
    userId: admission.userId ?? '',
    socket,
    stream,
    requestLimit: createRequestLimit(
      { perSecond: requestsPerSecond, burst: requestsBurst },
      clock.monotonicMs,
    ),
    waitingRequests,
    unsentBytes,
    monotonicMs: clock.monotonicMs,
    takeTurn,
    dispatch,
    onEnd(connection: Connection, reason?: CloseReason) {
      if (reason) counters.dropped(`connection-${reason}`)
      log.debug({ connectionId: connection.id, reason }, 'a connection ended')
      hub.remove(connection)
      admission.release()
      services.typing.disconnected(connection.id)
      services.presence.disconnected(connection.userId)
    },
  })
}

function encodeStarted({ id, userId }: Connection, { config, clock }: SocketsDeps) {
  const { frameBytes, textLength, requestsPerSecond, messagesPerSecond } = config.limits
  return encodeEvent('session.started', {
    userId,
    connectionId: id,
    serverTime: clock.instant(),
    heartbeatMs: config.heartbeatMs,
    limits: {
      frameBytes,
      textLength,
      requestsPerSecond,
      messagesPerSecond,
      pageSize: PAGE_SIZE,
      syncConversations: SYNC_CONVERSATIONS,
    },
  })
}

function toContext(connection: Connection, { services, hub, clock }: SocketsDeps) {
  return {
    userId: connection.userId,
    connectionId: connection.id,
    services,
    isOpen: () => connection.isOpen,
    watch: (userIds: string[]) => connection.isOpen && watchPresence(hub, connection, userIds),
    serverTime: () => clock.instant(),
  }
}

function endAll(hub: Hub) {
  const among = hub.all().size
  for (const connection of hub.all()) connection.end('restarting', among)
}

function endSessions(admissions: Admissions, which: Parameters<Signals['sessionsEnded']>[0]) {
  const held = admissions.of(which)
  for (const admission of held) {
    // where the upgrade is still under way it ends when it opens
    admission.isRevoked = true
    admission.connection?.end('ended')
  }
  return held.filter(({ connection }) => connection).length
}
