// DebugEntry: every frame and step as one line of its kind, and never a token.
import { expect, it } from 'vitest'
import type { Trace } from '#rufer/client/trace.ts'
import { toDebugEntry } from '#rufer/stores/debug-entry.ts'
import { aMessage, aReceipt } from '../../helpers/chat-fixtures.ts'

const at = Date.UTC(2026, 0, 1)

function lines(...traces: Trace[]) {
  const methods = new Map<number, string>()
  return traces
    .map((trace) => toDebugEntry(trace, at, methods))
    .map(({ direction, kind, summary }) => `${direction} ${kind}: ${summary}`)
}

function event(name: string, data: object): Trace {
  return { kind: 'received', text: JSON.stringify({ event: name, data }), name, ignored: false }
}

it('tells whom and what an event is about', () => {
  expect(
    lines(
      event('message.created', { message: aMessage({ seq: 3, rev: 7 }) }),
      event('receipt.updated', { receipt: aReceipt({ rev: 8, deliveredSeq: 3, readSeq: 2 }) }),
      event('typing.started', { conversationId: 'c1', userId: 'bob' }),
      event('presence.changed', { presence: { userId: 'bob', status: 'online', lastSeenAt: null } }),
      event('session.ending', { reason: 'restarting', reconnectAfterMs: 1000 }),
    ),
  ).toEqual([
    'in message: message.created bob, seq 3, rev 7',
    'in receipt: receipt.updated bob, delivered 3, read 2, rev 8',
    'in typing: typing.started bob',
    'in presence: presence.changed bob, online',
    'in connection: session.ending restarting',
  ])
})

it('tells that a message was deleted, and when', () => {
  const message = aMessage({ seq: 3, rev: 9, text: '', deletedAt: '2026-01-01T12:00:00.000Z' })
  expect(lines(event('message.updated', { message }))).toEqual([
    'in message: message.updated bob, seq 3, rev 9, deleted 2026-01-01T12:00:00.000Z',
  ])
})

it('tells replies by the method that was asked', () => {
  const frame = { id: 4, method: 'receipt.update', params: { conversationId: 'c1', readSeq: 2 } }
  const error = { code: 'rate-limited', message: 'unable to…', retryable: true }
  expect(
    lines(
      { kind: 'sent', frame },
      {
        kind: 'received',
        text: JSON.stringify({ id: 4, result: { deliveredSeq: 2, readSeq: 2 } }),
        name: '#4',
        ignored: false,
      },
      { kind: 'sent', frame: { ...frame, id: 5 } },
      { kind: 'received', text: JSON.stringify({ id: 5, error }), name: '#5', ignored: false },
    ),
  ).toEqual([
    'out receipt: receipt.update #4 read 2',
    'in receipt: receipt.update #4 reply delivered 2, read 2',
    'out receipt: receipt.update #5 read 2',
    'in receipt: receipt.update #5 rate-limited',
  ])
})

it('tells the life of the connection, with every attempt and its delay', () => {
  expect(
    lines(
      { kind: 'token', outcome: 'failed', reason: 'Error: 502' },
      { kind: 'socket', outcome: 'closed', code: 1006 },
      { kind: 'status', status: { state: 'offline', waitMs: 1234, retryAt: 9999, attempt: 2, code: 1006 } },
      { kind: 'status', status: { state: 'live' } },
      { kind: 'gap', conversationId: 'c1' },
      { kind: 'received', text: 'no frame', name: 'ignored', ignored: true },
    ),
  ).toEqual([
    'here token: token failed Error: 502',
    'here connection: socket closed 1006',
    'here retry: attempt 2 in 1234 ms',
    'here connection: live',
    'here connection: gap in c1',
    'in connection: ignored',
  ])
})
