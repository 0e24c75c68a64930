// The life of a message: its instants and durations, as far as they can be known.
import { expect, test } from 'vitest'
import { toLife } from '#rufer/composables/message-life.ts'
import { aMessage } from '#rufer/tests/helpers/chat-fixtures.ts'

/** made at 2026-01-01T12:00:00.000Z */
const ID = '019b796d-d600-7000-8000-000000000001'
const viewer = { userId: 'alice', clockOffsetMs: 0 }

test('an own message was sent when its id was made, by the server’s clock', () => {
  const message = aMessage({ id: ID, senderId: 'alice', createdAt: '2026-01-01T12:00:02.040Z' })
  expect(toLife(message, { ...viewer, clockOffsetMs: 2_000 })).toEqual([
    { name: 'sent', at: '2026-01-01T12:00:02.000Z', after: '' },
    { name: 'stored', at: '2026-01-01T12:00:02.040Z', after: '+40 ms' },
    { name: 'delivered', at: undefined, after: '' },
    { name: 'read', at: undefined, after: '' },
  ])
})

test('each step tells how long it took', () => {
  const message = aMessage({
    createdAt: '2026-01-01T12:00:00.000Z',
    deliveredAt: '2026-01-01T12:00:00.999Z',
    readAt: '2026-01-01T12:01:03.000Z',
  })
  expect(toLife(message, viewer).map(({ after }) => after)).toEqual(['', '', '+999 ms', '+1 min'])
})

test('a deleted message tells when that was, and others say nothing of it', () => {
  const deletedAt = '2026-01-02T12:00:00.000Z'
  expect(toLife(aMessage({ deletedAt }), viewer).at(-1)).toEqual({
    name: 'deleted',
    at: deletedAt,
    after: '',
  })
  expect(toLife(aMessage(), viewer).at(-1)?.name).toBe('read')
})

test('when others sent is not known, nor when an id tells nothing', () => {
  const others = aMessage({ id: ID, senderId: 'bob' })
  const odd = aMessage({ id: '019b796d-d600-4000-8000-000000000001', senderId: 'alice' })
  for (const message of [others, odd]) expect(toLife(message, viewer)[0]?.at).toBeUndefined()
})

test('clocks that differ a little make nothing negative', () => {
  const message = aMessage({ id: ID, senderId: 'alice', createdAt: '2026-01-01T12:00:00.000Z' })
  expect(toLife(message, { ...viewer, clockOffsetMs: 5 })[1]?.after).toBe('+0 ms')
})
