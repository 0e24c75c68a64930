// Watching presence: how many users one connection may watch.
import { expect, test } from 'vitest'
import { createHub } from '#rufer/server/socket/hub.ts'
import { watchPresence } from '#rufer/server/socket/watching.ts'
import { WATCHED } from '#rufer/shared/protocol/limits.ts'
import { createConnection } from '#rufer/tests/helpers/connections.ts'

test('one more than 10,000 is refused whole, and what is watched already costs nothing', () => {
  const hub = createHub()
  const connection = createConnection()
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
