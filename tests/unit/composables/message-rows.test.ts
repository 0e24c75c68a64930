// Rows: groups, days, the divider, and how far each own message got.
import { expect, it } from 'vitest'
import { reuseRows, toMessageRows, toReason, type RowSource } from '#rufer/composables/message-rows.ts'
import type { OutboxRow } from '#rufer/stores/messages.ts'
import { aConversation, aMember, aMessage } from '../../helpers/chat-fixtures.ts'

it('groups messages of one sender, one day and less than five minutes apart', () => {
  const rows = toMessageRows(
    source({
      messages: [
        aMessage({ seq: 1, createdAt: at('12:00') }),
        aMessage({ seq: 2, createdAt: at('12:04') }),
        aMessage({ seq: 3, createdAt: at('12:10') }),
        aMessage({ seq: 4, createdAt: at('12:11'), senderId: 'alice' }),
        aMessage({ seq: 5, createdAt: at('12:12', 2), senderId: 'alice' }),
      ],
    }),
  )
  expect(rows.map(({ startsGroup }) => startsGroup)).toEqual([true, false, true, true, true])
  expect(rows.map(({ endsGroup }) => endsGroup)).toEqual([false, true, true, true, true])
  expect(rows.map(({ day }) => day !== undefined)).toEqual([true, false, false, false, true])
})

it('tells which rows the page would take with it, once they wait', () => {
  const unsent = [unsentRow('a', 'sending'), { ...unsentRow('b', 'sending'), isKept: false }]
  const rows = (isLive: boolean) => toMessageRows(source({ unsent, isLive }))
  expect(rows(false).map(({ isUnkept }) => isUnkept)).toEqual([false, true])
  expect(rows(true).map(({ isUnkept }) => isUnkept)).toEqual([false, false])
  const failed = toMessageRows(source({ unsent: [{ ...unsentRow('b', 'failed'), isKept: false }] }))
  expect(failed.map(({ isUnkept }) => isUnkept)).toEqual([true])
})

it('tells how far each own message got, and nothing of the others’', () => {
  const members = [aMember('alice'), aMember('bob', { deliveredSeq: 3, readSeq: 2 })]
  const messages = [1, 2, 3, 4].map((seq) => aMessage({ seq, senderId: seq === 1 ? 'bob' : 'alice' }))
  const unsent = [unsentRow('a', 'sending'), unsentRow('b', 'failed')]
  const rows = (isLive: boolean) =>
    toMessageRows(source({ conversation: aConversation({ members }), messages, unsent, isLive }))
  expect(rows(true).map(({ status }) => status)).toEqual([
    undefined,
    'read',
    'delivered',
    'sent',
    'sending',
    'failed',
  ])
  expect(rows(false).at(-2)?.status).toBe('waiting')
})

it('shows a deleted message in its place, of which nothing else is told', () => {
  const messages = [1, 2].map((seq) => aMessage({ seq, senderId: 'alice' }))
  const deleted = aMessage({ seq: 2, senderId: 'alice', text: '', deletedAt: at('13:00') })
  const rows = toMessageRows(source({ messages: messages.with(1, deleted) }))
  expect(rows.map(({ isDeleted, status }) => [isDeleted, status])).toEqual([
    [false, 'sent'],
    [true, undefined],
  ])
})

it('keeps what did not change as the very object it was', () => {
  const members = [aMember('alice'), aMember('bob', { deliveredSeq: 2, readSeq: 1 })]
  const messages = [1, 2, 3].map((seq) => aMessage({ seq, senderId: 'alice' }))
  const before = toMessageRows(source({ messages }))
  const same = reuseRows(toMessageRows(source({ messages })), before)
  expect(same.every((row, index) => row === before[index])).toBe(true)
  const after = toMessageRows(source({ messages, conversation: aConversation({ members }) }))
  const rows = reuseRows(after, before)
  expect(rows).toEqual(after)
  expect(rows.map((row, index) => row === before[index])).toEqual([false, false, true])
})

it('shows a message once that is on its way still and in its conversation already', () => {
  const message = aMessage({ senderId: 'alice' })
  const rows = toMessageRows(source({ messages: [message], unsent: [unsentRow(message.id, 'sent')] }))
  expect(rows.map((row) => row.message)).toEqual([message])
})

it('puts the divider before the first unread and begins a group there', () => {
  const messages = [1, 2].map((seq) => aMessage({ seq }))
  const rows = toMessageRows(source({ messages, dividerSeq: 2 }))
  expect(rows.map(({ hasDivider, startsGroup }) => [hasDivider, startsGroup])).toEqual([
    [false, true],
    [true, true],
  ])
})

it('says why a message was not sent', () => {
  expect(toReason({ code: 'text-too-long', message: 'unable to…' })).toBe('The text is too long.')
  expect(toReason({ code: 'unknown-method', message: 'unable to send' })).toBe('unable to send')
})

function source(overrides: Partial<RowSource>): RowSource {
  return {
    conversation: aConversation(),
    messages: [],
    unsent: [],
    viewerId: 'alice',
    isLive: true,
    dividerSeq: undefined,
    now: Date.parse(at('18:00')),
    ...overrides,
  }
}

function unsentRow(id: string, state: OutboxRow['state']): OutboxRow {
  return { id, state, text: id, createdAt: at('13:00'), conversationId: 'c1', isKept: true }
}

function at(time: string, day = 1): string {
  return new Date(`2026-01-0${day}T${time}:00`).toISOString()
}
