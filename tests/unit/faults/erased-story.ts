// What happened in c3 of the sound run: Dave, with whom Bob has it, is erased; Bob's laptop catches up only afterwards.
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { ChatEvent } from '#rufer/shared/protocol/events.ts'
import type { Entry } from '#rufer/tests/faults/history.ts'
import { aConversation, aMember, aMessage, aReceipt } from '#rufer/tests/helpers/chat-fixtures.ts'
import { by, call, instant, sending, toOne } from './sound-story.ts'

/** Dave's, as it was told when it was sent. */
export const d1Told = aMessage({
  id: '00000000-0000-7000-8000-00000000d001',
  conversationId: 'c3',
  seq: 1,
  rev: 1,
  senderId: 'dave',
})
/** The same in the end. */
export const d1 = { ...d1Told, rev: 4, text: '', deletedAt: instant(9), ...readAt(8) }
/** Bob's, which Dave has read. */
export const d2 = aMessage({
  id: '00000000-0000-7000-8000-00000000d002',
  conversationId: 'c3',
  seq: 2,
  rev: 2,
  createdAt: instant(8),
  ...readAt(9),
})
/** What Bob says into the void. */
export const d3 = aMessage({
  id: '00000000-0000-7000-8000-00000000d003',
  conversationId: 'c3',
  seq: 3,
  rev: 5,
  createdAt: instant(9),
})
export const byDave = aReceipt({
  conversationId: 'c3',
  userId: 'dave',
  deliveredSeq: 2,
  readSeq: 2,
  rev: 3,
  ...readAt(9),
})

/** As the call numbers of the story. */
export const returns = { message: 56, register: 57, token: 58 }

export function tellOfErasure(): Entry[] {
  const created = { event: 'message.created', data: { message: d1Told } } as const
  const answered = { event: 'message.created', data: { message: unread(d2) } } as const
  const moved = { event: 'receipt.updated', data: { receipt: byDave } } as const
  return [
    ...['bob/phone', 'bob/laptop', 'dave/phone'].map((device) =>
      by(device, 70, { type: 'loaded', conversation: c3({ seq: 0, rev: 0 }), messages: [] }),
    ),
    ...call('dave/phone', 8_100, { number: 51, ask: sending(d1Told), answer: { message: d1Told } }),
    ...['bob/phone', 'dave/phone'].flatMap((device) => toOne(device, 8_110, created)),
    ...call('bob/phone', 8_200, { number: 52, ask: sending(d2), answer: { message: unread(d2) } }),
    ...['bob/phone', 'dave/phone'].flatMap((device) => toOne(device, 8_210, answered)),
    ...call('dave/phone', 8_300, {
      number: 53,
      ask: { method: 'receipt.update', conversationId: 'c3', deliveredSeq: 2, readSeq: 2 },
      answer: { deliveredSeq: 2, readSeq: 2 },
    }),
    ...['bob/phone', 'dave/phone'].flatMap((device) => toOne(device, 8_310, moved)),
    by('dave/back end', 9_000, { type: 'erasure', what: 'begun' }),
    by('dave/phone', 9_010, { type: 'closed', connectionId: 'of dave/phone', code: 4401 }),
    by('dave/phone', 9_010, { type: 'status', state: 'closed' }),
    ...toOne('bob/phone', 9_020, { event: 'message.updated', data: { message: d1 } }),
    by('dave/back end', 9_030, { type: 'erasure', what: 'done', messages: 1 }),
    ...returning(),
    ...caughtUp([moved, { event: 'message.created', data: { message: d1 } }, answered]),
    ...call('bob/phone', 9_590, { number: 54, ask: sending(d3), answer: { message: d3 } }),
    ...['bob/phone', 'bob/laptop'].flatMap((device) =>
      toOne(device, 9_600, { event: 'message.created', data: { message: d3 } }),
    ),
  ]
}

/** c3 as Bob sees it. */
export function c3({ seq, rev }: Pick<Conversation, 'seq' | 'rev'> = { seq: 3, rev: 5 }): Conversation {
  const { deliveredSeq, deliveredAt, readSeq, readAt: at } = byDave
  const own = { deliveredSeq: 3, deliveredAt: d3.createdAt, readSeq: 3, readAt: d3.createdAt }
  const members = [
    aMember('bob', seq > 0 ? own : {}),
    aMember('dave', seq > 0 ? { deliveredSeq, deliveredAt, readSeq, readAt: at } : {}),
  ]
  const lastMessage = seq > 0 ? d3 : null
  return aConversation({ id: 'c3', members, seq, rev, unreadCount: 0, lastMessage })
}

// --- Internal helpers ---

function readAt(second: number) {
  return { deliveredAt: instant(second), readAt: instant(second) }
}

function unread<Item>(message: Item) {
  return { ...message, deliveredAt: null, readAt: null }
}

/** New messages come by seq: the one that Dave's is before waits for it. */
function caughtUp(events: ChatEvent[]): Entry[] {
  return events.map((event) => by('bob/laptop', 9_500, { type: 'event', event }))
}

function returning(): Entry[] {
  const id = '00000000-0000-7000-8000-00000000d004'
  return [
    by('dave/phone', 9_200, { type: 'invoke', call: returns.message, ask: sending({ ...d1Told, id }) }),
    by('dave/phone', 9_210, { type: 'fail', call: returns.message, code: 'conversation-not-found' }),
    by('dave/back end', 9_300, {
      type: 'invoke',
      call: returns.register,
      ask: { method: 'come-back', what: 'POST /api/users/register' },
    }),
    by('dave/back end', 9_310, { type: 'fail', call: returns.register, code: 409 }),
    by('dave/back end', 9_320, {
      type: 'invoke',
      call: returns.token,
      ask: { method: 'connect', token: 'of before', isSound: false },
    }),
    by('dave/back end', 9_330, { type: 'fail', call: returns.token, code: 401 }),
  ]
}
