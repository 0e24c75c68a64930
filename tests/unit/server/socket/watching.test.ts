// Watching presence: how many users one connection may watch.
import { expect, test } from 'vitest'
import { Connection } from '#rufer/server/socket/connection.ts'
import { createHub } from '#rufer/server/socket/hub.ts'
import { createRequestLimit } from '#rufer/server/socket/limits.ts'
import { watchPresence } from '#rufer/server/socket/watching.ts'
import { WATCHED } from '#rufer/shared/protocol/limits.ts'

test('one more than 10,000 is refused whole, and what is watched already costs nothing', () => {
  const hub = createHub()
  const connection = openConnection()
  hub.subscribe(connection, `user:${connection.userId}`)
  const users = Array.from({ length: WATCHED }, (_, index) => `user-${index}`)

  expect(watchPresence(hub, connection, users.slice(0, -1))).toBe(true)
  expect(watchPresence(hub, connection, ['one', 'two'])).toBe(false)
  expect(hub.of('presence:one').size).toBe(0)
  expect(watchPresence(hub, connection, users)).toBe(true)
  expect(watchPresence(hub, connection, users)).toBe(true)
  expect(watchPresence(hub, connection, ['one'])).toBe(false)
  expect(users.every((userId) => hub.of(`presence:${userId}`).has(connection))).toBe(true)
})

// --- Internal helpers ---

const nothing = () => {}

function openConnection() {
  return new Connection({
    id: 'connection',
    userId: 'alice',
    socket: {
      bufferedAmount: 0,
      send: nothing,
      close: nothing,
      pause: nothing,
      resume: nothing,
      ping: nothing,
    },
    stream: { bytesRead: 0, cork: nothing, uncork: nothing, destroy: nothing },
    requestLimit: createRequestLimit({ perSecond: 0, burst: 1 }, () => 0),
    waitingRequests: 64,
    unsentBytes: 1_048_576,
    monotonicMs: () => 0,
    dispatch: async () => {},
    onEnd: nothing,
  })
}
