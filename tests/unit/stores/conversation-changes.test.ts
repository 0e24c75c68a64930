// What messages and receipts make of a conversation: markers never go back, and counts equal a full count.
import { expect, it } from 'vitest'
import {
  memberOf,
  mergeConversation,
  stamp,
  withMessage,
  withReceipt,
} from '#rufer/stores/conversation-changes.ts'
import { aConversation, aMember, aMessage, aReceipt, INSTANT } from '../../helpers/chat-fixtures.ts'

const LATER = '2026-01-01T13:00:00.000Z'

it('counts a message of the other as unread, and one of one’s own as the end of that', () => {
  const one = withMessage(aConversation(), aMessage({ seq: 1, senderId: 'bob' }), 'alice')
  const two = withMessage(one, aMessage({ seq: 2, senderId: 'bob' }), 'alice')
  expect(two.unreadCount).toBe(2)
  const answered = withMessage(two, aMessage({ seq: 3, senderId: 'alice', createdAt: LATER }), 'alice')
  expect(answered).toMatchObject({ unreadCount: 0, seq: 3, updatedAt: LATER, lastMessage: { seq: 3 } })
  expect(memberOf(answered, 'alice')).toMatchObject({ readSeq: 3, deliveredSeq: 3, readAt: LATER })
})

it('is not moved back by what comes late', () => {
  const now = withMessage(aConversation(), aMessage({ seq: 5, senderId: 'bob' }), 'alice')
  const late = withMessage(now, aMessage({ seq: 4, senderId: 'bob' }), 'alice')
  expect(late).toMatchObject({ seq: 5, lastMessage: { seq: 5 } })
  const read = withReceipt(now, aReceipt({ userId: 'alice', deliveredSeq: 5, readSeq: 5 }), 'alice')
  expect(read.unreadCount).toBe(0)
  expect(withReceipt(read, aReceipt({ userId: 'alice', deliveredSeq: 3, readSeq: 2 }), 'alice')).toEqual(read)
})

it('keeps the furthest of two views, with the profile of the later', () => {
  const old = withMessage(aConversation({ rev: 1 }), aMessage({ seq: 1, senderId: 'bob' }), 'alice')
  const next = aConversation({ members: [aMember('alice'), aMember('bob', { displayName: 'Robert' })] })
  const merged = mergeConversation(old, next, 'alice')
  expect(merged).toMatchObject({ seq: 1, rev: 1, unreadCount: 1, lastMessage: { seq: 1 } })
  expect(memberOf(merged, 'bob')).toMatchObject({ displayName: 'Robert', readSeq: 1 })
})

it('does not bring back the text of a last message that was deleted', () => {
  const said = aMessage({ seq: 1, senderId: 'bob' })
  const deleted = { ...said, rev: 2, text: '', deletedAt: LATER }
  const now = withMessage(withMessage(aConversation(), said, 'alice'), deleted, 'alice')
  expect(now).toMatchObject({ seq: 1, unreadCount: 1, updatedAt: INSTANT, lastMessage: { text: '' } })
  const earlier = aConversation({ seq: 1, rev: 1, lastMessage: said })
  expect(mergeConversation(now, earlier, 'alice').lastMessage).toEqual(deleted)
  expect(withMessage(now, said, 'alice').lastMessage).toEqual(deleted)
  expect(mergeConversation(earlier, now, 'alice').lastMessage).toEqual(deleted)
})

it('stamps messages of others with the instant a receipt first covered them', () => {
  const messages = [1, 2, 3].map((seq) => aMessage({ seq, senderId: seq === 2 ? 'bob' : 'alice' }))
  const delivered = aReceipt({ deliveredSeq: 3, deliveredAt: INSTANT, readSeq: 1, readAt: INSTANT })
  const once = stamp(messages, delivered)
  expect(once.map(({ deliveredAt, readAt }) => [deliveredAt, readAt])).toEqual([
    [INSTANT, INSTANT],
    [null, null],
    [INSTANT, null],
  ])
  const read = { ...delivered, deliveredAt: LATER, readSeq: 3, readAt: LATER }
  expect(stamp(once, read).map(({ deliveredAt, readAt }) => [deliveredAt, readAt])).toEqual([
    [INSTANT, INSTANT],
    [null, null],
    [INSTANT, LATER],
  ])
  expect(stamp(once, delivered)).toBe(once)
})

it('stamps with the earlier instant, though what was emptied is told behind receipts that it came before', () => {
  const messages = [aMessage({ seq: 1, senderId: 'alice' })]
  const read = { deliveredSeq: 3, deliveredAt: LATER, readSeq: 3, readAt: LATER }
  const late = stamp(messages, aReceipt(read))
  expect(late).toMatchObject([{ deliveredAt: LATER, readAt: LATER }])
  const emptied = { deliveredSeq: 1, deliveredAt: INSTANT, readSeq: 1, readAt: INSTANT }
  expect(stamp(late, aReceipt(emptied))).toMatchObject([{ deliveredAt: INSTANT, readAt: INSTANT }])
})
