// The dispatch of a request whose service fails: the one catch makes a reply of whatever was thrown.
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createCounters } from '#rufer/server/counters.ts'
import type { RequestContext } from '#rufer/server/handlers/context.ts'
import { createDispatch } from '#rufer/server/socket/dispatch.ts'
import { StoreError } from '#rufer/server/store/port.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'
import { createConnection, silentSocket } from '#rufer/tests/helpers/connections.ts'

/** A connection whose service of users does what it is told. */
function createFailing(getUser: () => unknown) {
  const frames: unknown[] = []
  const logged: string[] = []
  const counters = createCounters()
  const log = pino(
    new Writable({
      write(line, _encoding, done) {
        logged.push(String(line))
        done()
      },
    }),
  )
  const context = {
    services: { users: { get: getUser } },
    serverTime: () => '2026-01-01T00:00:00.000Z',
  } as unknown as RequestContext
  const dispatch = createDispatch({ toContext: () => context, counters, log })
  const connection = createConnection({
    socket: {
      ...silentSocket,
      send: (frame) => void frames.push(JSON.parse(frame.toString())),
      close: (code) => void frames.push(code),
    },
    dispatch,
  })
  const ask = async (id: number) => {
    await dispatch(connection, JSON.stringify({ id, method: 'user.get', params: { userId: 'bob' } }))
    return frames.at(-1)
  }
  return { ask, connection, dispatch, frames, logged, counters }
}

const fail = (error: unknown) => async () => {
  throw error
}
const throwAtOnce = (error: unknown) => () => {
  throw error
}

test.each([
  ['rejects', fail(new TypeError('the secret of alice'))],
  ['throws', throwAtOnce(new RangeError('the secret of alice'))],
  ['throws what is no error', throwAtOnce('the secret of alice')],
])('a service that %s is `internal`: logged, counted, and none of it told', async (_name, getUser) => {
  const { ask, connection, dispatch, frames, logged, counters } = createFailing(getUser)
  expect(await ask(1)).toEqual({
    id: 1,
    error: { code: 'internal', message: expect.stringMatching(/^unable to get user; /), retryable: true },
  })
  expect(JSON.stringify(frames)).not.toContain('secret')
  expect(logged).toHaveLength(1)
  expect(await counters.all()).toEqual({ 'refused:internal': 1 })

  expect(connection.isOpen).toBe(true)
  await dispatch(connection, '{"id":2,"method":"session.ping"}')
  expect(frames.at(-1)).toMatchObject({ id: 2, result: {} })
})

test('a store that cannot be used is told as such', async () => {
  const { ask, counters } = createFailing(
    fail(new StoreError('store-unavailable', { cause: new Error('disk full') })),
  )
  expect(await ask(1)).toEqual({
    id: 1,
    error: {
      code: 'store-unavailable',
      message: expect.stringMatching(/^unable to get user; (?!.*disk full)/),
      retryable: true,
    },
  })
  expect(await counters.all()).toEqual({ 'refused:store-unavailable': 1 })
})

test('a refusal keeps its code, its reason and its wait, in whole milliseconds, and is not logged', async () => {
  const refusal = new ChatError('rate-limited', { reason: 'too eager', retryAfterMs: 1.2 })
  const { ask, logged } = createFailing(fail(refusal))
  expect(await ask(1)).toEqual({
    id: 1,
    error: {
      code: 'rate-limited',
      message: 'unable to get user; too eager',
      retryable: true,
      retryAfterMs: 2,
    },
  })
  expect(logged).toEqual([])
})

test('a result that comes after the connection ended goes nowhere', async () => {
  const { ask, connection, frames } = createFailing(async () => {
    connection.end('violation')
    return { userId: 'bob', displayName: 'Bob' }
  })
  await ask(1)
  expect(frames).toEqual([4400])
})
