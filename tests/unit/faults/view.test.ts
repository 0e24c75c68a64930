// What a client shows: messages are stamped by what first covered them, in whichever order that is told.
import { expect, test } from 'vitest'
import { viewOf } from '#rufer/tests/faults/view.ts'
import { aConversation, aMessage, aReceipt } from '#rufer/tests/helpers/chat-fixtures.ts'
import { by, instant } from './sound-story.ts'

const mine = aMessage({ seq: 1, rev: 1, senderId: 'alice' })
/** Bob's, emptied since, so that it is told behind a receipt that it came before. */
const emptied = { seq: 2, rev: 5, senderId: 'bob', createdAt: instant(2), text: '', deletedAt: instant(5) }
const later = { deliveredSeq: 3, deliveredAt: instant(4), readSeq: 3, readAt: instant(4), rev: 4 }

test.each([
  ['what was emptied', emptied, instant(2)],
  ['a clock turned back by the time of the receipt', { ...emptied, createdAt: instant(9) }, instant(9)],
])('%s covers what was sent before it', (_name, his, covered) => {
  const view = viewOf([
    by('alice/phone', 0, {
      type: 'loaded',
      conversation: aConversation({ seq: 1, rev: 1 }),
      messages: [mine],
    }),
    by('alice/phone', 1, {
      type: 'event',
      event: { event: 'receipt.updated', data: { receipt: aReceipt(later) } },
    }),
    by('alice/phone', 2, {
      type: 'event',
      event: { event: 'message.created', data: { message: aMessage(his) } },
    }),
  ])
  expect(view.get('c1')?.messages.get(1)).toEqual({ ...mine, deliveredAt: covered, readAt: covered })
})
