// Outbox: in order, one at a time, under the same id until the answer is definite.
import { expect, it, vi } from 'vitest'
import { RequestError } from '#rufer/client/request-error.ts'
import { anOutbox, states } from '../../helpers/an-outbox.ts'

const refused = new RequestError('text-too-long', {
  message: 'unable to send message; too long',
  retryable: false,
})
const busy = new RequestError('rate-limited', { message: 'unable to…', retryable: true, retryAfterMs: 700 })

it('sends nothing until it is open, then everything in the order typed', async () => {
  const { outbox, sent, type } = anOutbox()
  type('a')
  type('b')
  expect(sent).toEqual([])
  outbox.open()
  await vi.waitFor(() => expect(sent).toEqual(['a', 'b']))
})

it('keeps a stored message until it is seen in its conversation', async () => {
  const { outbox, type } = anOutbox({ a: ['stored'], b: ['seen'] })
  outbox.open()
  type('a')
  type('b')
  await vi.waitFor(() => expect(states(outbox)).toEqual({ a: 'sent' }))
  outbox.remove('a')
  expect(outbox.rows).toEqual([])
})

it('keeps no stored message over a reconnect, after which everything stored was seen', async () => {
  const { outbox, type } = anOutbox({ a: ['stored'] })
  outbox.open()
  type('a')
  await vi.waitFor(() => expect(states(outbox)).toEqual({ a: 'sent' }))
  outbox.hold()
  expect(states(outbox)).toEqual({ a: 'sent' })
  outbox.open()
  expect(outbox.rows).toEqual([])
})

it('holds everything while an error may pass, and sends the same id again after retryAfterMs', async () => {
  const { outbox, sent, type, clock } = anOutbox({ a: [busy, 'seen'] })
  outbox.open()
  type('a')
  type('b')
  await vi.waitFor(() => expect(clock.waits()).toEqual([700]))
  expect(sent).toEqual(['a'])
  expect(states(outbox)).toEqual({ a: 'sending', b: 'sending' })
  clock.advance(700)
  await vi.waitFor(() => expect(sent).toEqual(['a', 'a', 'b']))
})

it('fails a row that was refused, keeps its text, and goes on', async () => {
  const { outbox, sent, type } = anOutbox({ a: [refused, 'seen'] })
  outbox.open()
  type('a')
  type('b')
  await vi.waitFor(() => expect(sent).toEqual(['a', 'b']))
  expect(outbox.rows).toMatchObject([
    { id: 'a', text: 'text of a', state: 'failed', error: { code: refused.code } },
  ])
  outbox.retry('a')
  await vi.waitFor(() => expect(outbox.rows).toEqual([]))
  expect(sent).toEqual(['a', 'b', 'a'])
})

it('sends again after a lost connection', async () => {
  const { outbox, sent, type } = anOutbox({ a: [RequestError.lost(), 'seen'] })
  outbox.open()
  type('a')
  outbox.hold()
  await vi.waitFor(() => expect(sent).toEqual(['a']))
  expect(states(outbox)).toEqual({ a: 'sending' })
  await vi.waitFor(() => {
    outbox.open()
    expect(sent).toEqual(['a', 'a'])
  })
})
