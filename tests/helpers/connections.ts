// Connections without a socket, for what does not depend on one.
import { Connection, type ConnectionOptions } from '#rufer/server/socket/connection.ts'
import { createRequestLimit } from '#rufer/server/socket/limits.ts'

/** A connection of alice whose socket takes everything and does nothing, unless told otherwise. */
export function createConnection(options: Partial<ConnectionOptions> = {}): Connection {
  return new Connection({
    id: 'connection',
    userId: 'alice',
    socket: silentSocket,
    stream: silentStream,
    requestLimit: createRequestLimit({ perSecond: 0, burst: 1 }, () => 0),
    waitingRequests: 64,
    unsentBytes: 1_048_576,
    monotonicMs: () => 0,
    takeTurn: async () => {},
    dispatch: async () => {},
    onEnd: nothing,
    ...options,
  })
}

const nothing = () => {}

export const silentSocket: ConnectionOptions['socket'] = {
  bufferedAmount: 0,
  send: nothing,
  close: nothing,
  pause: nothing,
  resume: nothing,
  ping: nothing,
  pong: nothing,
}

const silentStream: ConnectionOptions['stream'] = {
  bytesRead: 0,
  cork: nothing,
  uncork: nothing,
  end: nothing,
  destroy: nothing,
  on: nothing,
  removeAllListeners: nothing,
}
