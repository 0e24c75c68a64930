// Outbox: in order, one at a time, under the same id until the answer is definite, and over a reload.
import { expect, it, vi } from 'vitest'
import { Outbox, type OutboxRow } from '#rufer/client/outbox.ts'
import type { KeyValueStorage } from '#rufer/client/outbox-storage.ts'
import { RequestError } from '#rufer/client/request-error.ts'
import { aMessage, INSTANT } from '../../helpers/chat-fixtures.ts'
import { ManualClock } from '../../helpers/manual-clock.ts'

type Answer = 'stored' | 'seen' | RequestError

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

it('goes on after a reload with what was unsent, before what was typed since', async () => {
  const storage = aStorage()
  const first = anOutbox({ a: [refused] }, storage)
  first.outbox.load('alice')
  first.outbox.open()
  first.type('a')
  first.outbox.hold()
  first.type('b')
  await vi.waitFor(() => expect(states(first.outbox)).toEqual({ a: 'failed', b: 'sending' }))

  const second = anOutbox({}, storage)
  second.type('c')
  second.outbox.load('alice')
  expect(states(second.outbox)).toEqual({ a: 'failed', b: 'sending', c: 'sending' })
  second.outbox.open()
  await vi.waitFor(() => expect(second.sent).toEqual(['b', 'c']))
})

it('keeps the rows of different users and of different pages apart', () => {
  const storage = aStorage()
  const [one, other, bobs] = [anOutbox({}, storage), anOutbox({}, storage), anOutbox({}, storage)]
  one.outbox.load('alice')
  other.outbox.load('alice')
  bobs.outbox.load('bob')
  one.type('a')
  other.type('b')
  bobs.type('c')
  one.outbox.remove('a')
  const later = anOutbox({}, storage)
  later.outbox.load('alice')
  expect(states(later.outbox)).toEqual({ b: 'sending' })
})

it('works where storage is blocked or spoilt', () => {
  const blocked = anOutbox(
    {},
    {
      getItem: () => '{spoilt',
      setItem: () => {
        throw new Error('blocked')
      },
      removeItem: () => undefined,
    },
  )
  blocked.outbox.load('alice')
  blocked.type('a')
  expect(states(blocked.outbox)).toEqual({ a: 'sending' })
})

function anOutbox(answers: Record<string, Answer[]> = {}, storage?: KeyValueStorage) {
  const clock = new ManualClock()
  const sent: string[] = []
  const outbox = new Outbox({
    clock,
    random: () => 0,
    storage,
    async send({ id }) {
      sent.push(id)
      const answer = answers[id]?.shift() ?? 'seen'
      if (answer instanceof RequestError) throw answer
      return { message: aMessage({ id }), isSeen: answer === 'seen' }
    },
    onChange: () => undefined,
    onSent: () => undefined,
    onFailed: () => undefined,
  })
  const type = (id: string) =>
    outbox.add({ id, text: `text of ${id}`, createdAt: INSTANT, conversationId: 'c1' })
  return { outbox, sent, clock, type }
}

function states(outbox: Outbox): Record<string, OutboxRow['state']> {
  return Object.fromEntries(outbox.rows.map(({ id, state }) => [id, state]))
}

function aStorage(): KeyValueStorage {
  const items = new Map<string, string>()
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => items.set(key, value),
    removeItem: (key) => items.delete(key),
  }
}
