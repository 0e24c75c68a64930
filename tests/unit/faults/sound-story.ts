// What the clients of a sound run did and saw, and the messages and receipts that it left.
import type { Message } from '#rufer/shared/model/message.ts'
import type { Receipt } from '#rufer/shared/model/receipt.ts'
import type { ChatEvent } from '#rufer/shared/protocol/events.ts'
import type { Ask, Answer, Entry, Happening } from '#rufer/tests/faults/history.ts'
import { aConversation, aMessage, aReceipt } from '#rufer/tests/helpers/chat-fixtures.ts'

export const [m1, m2, m3, m4] = [
  aMessage({
    seq: 1,
    rev: 1,
    senderId: 'alice',
    createdAt: instant(1),
    deliveredAt: instant(2),
    readAt: instant(2),
  }),
  aMessage({
    seq: 2,
    rev: 2,
    senderId: 'bob',
    createdAt: instant(2),
    deliveredAt: instant(3),
    readAt: instant(3),
  }),
  aMessage({
    seq: 3,
    rev: 4,
    senderId: 'alice',
    createdAt: instant(4),
    deliveredAt: instant(6),
    readAt: instant(6),
  }),
  aMessage({ seq: 4, rev: 5, senderId: 'alice', createdAt: instant(5), deliveredAt: instant(6) }),
] as const

export const byAlice = receipt('alice', { deliveredSeq: 2, readSeq: 2, rev: 3 })
export const byBob = receipt('bob', { deliveredSeq: 4, readSeq: 3, rev: 6 })

/** As the call numbers of the story. */
export const calls = { m3: 23, nonsense: 40, stolenToken: 41, unsoundToken: 42 }
export const REFUSED = '00000000-0000-7000-8000-00000000bbbb'

export function tellStory(): Entry[] {
  return [
    by('server', 0, { type: 'process', what: 'started' }),
    memory(1, 'before', 100),
    ...[...clients, 'carol/phone', 'mallory/phone', 'dave/phone'].flatMap((client, index) =>
      connect(client, 10 + index),
    ),
    ...clients.flatMap((client) => load(client, 50)),
    ...['alice/phone', 'alice/laptop'].flatMap((client) => [
      told(client, 60, presence('bob', 'online')),
      told(client, 60, presence('carol', 'online')),
    ]),
    by('carol/phone', 100, { type: 'closed', connectionId: 'of carol/phone', code: 1000 }),
    by('carol/phone', 100, { type: 'status', state: 'closed' }),
    ...['alice/phone', 'alice/laptop'].map((client) => told(client, 1_200, presence('carol', 'offline'))),
    ...call('alice/phone', 2_000, { number: 21, ask: sending(m1), answer: { message: asSent(m1) } }),
    ...toAll(2_010, message(m1)),
    ...call('bob/phone', 2_500, { number: 30, ask: { method: 'typing.start', conversationId: 'c1' } }),
    ...type(2_510, 'typing.started'),
    ...type(2_990, 'typing.stopped'),
    ...call('bob/phone', 2_980, { number: 22, ask: sending(m2), answer: { message: asSent(m2) } }),
    ...toAll(3_000, message(m2)),
    ...call('alice/laptop', 3_500, {
      number: 31,
      ask: { method: 'receipt.update', conversationId: 'c1', deliveredSeq: 2, readSeq: 2 },
      answer: { deliveredSeq: 2, readSeq: 2 },
    }),
    ...toAll(3_510, moved(byAlice)),
    ...call('alice/phone', 4_000, { number: calls.m3, ask: sending(m3), answer: { message: asSent(m3) } }),
    ...toAll(4_010, message(m3)),
    ...call('alice/phone', 5_000, { number: 24, ask: sending(m4), answer: { message: asSent(m4) } }),
    ...toAll(5_010, message(m4)),
    ...call('bob/phone', 6_000, {
      number: 32,
      ask: { method: 'receipt.update', conversationId: 'c1', deliveredSeq: 4, readSeq: 3 },
      answer: { deliveredSeq: 4, readSeq: 3 },
    }),
    ...toAll(6_010, moved(byBob)),
    by('bob/phone', 6_100, { type: 'invoke', call: 25, ask: sending({ ...m4, id: UNSETTLED }) }),
    by('bob/phone', 6_200, { type: 'unknown', call: 25, code: 'withdrawn' }),
    ...tricks(),
    memory(8_000, 'under load', 150),
    memory(90_000, 'after', 105),
    by('server', 91_000, { type: 'process', what: 'killed' }),
    by('server', 91_010, { type: 'process', what: 'ended', code: null }),
    by('server', 91_500, { type: 'process', what: 'started' }),
  ]
}

export function connect(device: string, at: number): Entry[] {
  const ask = { method: 'connect', token: `for ${device}`, isSound: true } as const
  return [
    by(device, at, { type: 'opened', connectionId: `of ${device}` }),
    ...call(device, at, { number: at, ask }),
    by(device, at + 1, { type: 'status', state: 'live' }),
  ]
}

export function by(device: string, at: number, happening: Happening): Entry {
  const userId = device === 'server' ? '' : (device.split('/')[0] ?? '')
  return { at, device, userId, ...happening }
}

export function instant(second: number): string {
  return `2026-01-01T12:00:0${second}.000Z`
}

export function call(device: string, at: number, { number, ask, answer = {} }: Called): Entry[] {
  return [
    by(device, at, { type: 'invoke', call: number, ask }),
    by(device, at + 5, { type: 'ok', call: number, answer }),
  ]
}

export function sending({ id, conversationId, text }: Message): Ask {
  return { method: 'message.send', id, conversationId, text }
}

export function toOne(device: string, at: number, event: ChatEvent): Entry[] {
  return [by(device, at, { type: 'wire', connectionId: `of ${device}`, event }), told(device, at, event)]
}

// --- Internal helpers ---

const clients = ['alice/phone', 'alice/laptop', 'bob/phone', 'bob/laptop'] as const

const UNSETTLED = '00000000-0000-7000-8000-00000000aaaa'

/** What Mallory tries. */
function tricks(): Entry[] {
  return [
    by('mallory/phone', 7_000, { type: 'invoke', call: 26, ask: sending({ ...m4, id: REFUSED }) }),
    by('mallory/phone', 7_010, { type: 'fail', call: 26, code: 'conversation-not-found' }),
    ...call('mallory/phone', 7_100, {
      number: calls.nonsense,
      ask: { method: 'nonsense', what: 'half a frame' },
      answer: { code: 4400 },
    }),
    by('mallory/other', 7_200, {
      type: 'invoke',
      call: calls.stolenToken,
      ask: { method: 'connect', token: 'for bob/phone', isSound: true },
    }),
    by('mallory/other', 7_210, { type: 'fail', call: calls.stolenToken, code: 401 }),
    by('mallory/other', 7_220, {
      type: 'invoke',
      call: calls.unsoundToken,
      ask: { method: 'connect', token: 'made up', isSound: false },
    }),
    by('mallory/other', 7_230, { type: 'fail', call: calls.unsoundToken, code: 401 }),
  ]
}

function memory(at: number, when: 'before' | 'under load' | 'after', rssBytes: number): Entry {
  return by('server', at, { type: 'memory', when, rssBytes, unsentBytes: 0 })
}

function load(device: string, at: number): Entry[] {
  return [by(device, at, { type: 'loaded', conversation: aConversation(), messages: [] })]
}

interface Called {
  number: number
  ask: Ask
  answer?: Answer
}

/** As it was before anybody confirmed it. */
function asSent(sent: Message): Message {
  return { ...sent, deliveredAt: null, readAt: null }
}

function message(sent: Message): ChatEvent {
  return { event: 'message.created', data: { message: asSent(sent) } }
}

function moved(to: Receipt): ChatEvent {
  return { event: 'receipt.updated', data: { receipt: to } }
}

function presence(userId: string, status: 'online' | 'offline'): ChatEvent {
  const lastSeenAt = status === 'online' ? null : instant(0)
  return { event: 'presence.changed', data: { presence: { userId, status, lastSeenAt } } }
}

function type(at: number, event: 'typing.started' | 'typing.stopped'): Entry[] {
  const data = { conversationId: 'c1', userId: 'bob' }
  return ['alice/phone', 'alice/laptop'].flatMap((device) => toOne(device, at, { event, data }))
}

function told(device: string, at: number, event: ChatEvent): Entry {
  return by(device, at, { type: 'event', event })
}

function toAll(at: number, event: ChatEvent): Entry[] {
  return clients.flatMap((device) => toOne(device, at, event))
}

function receipt(userId: string, moves: { deliveredSeq: number; readSeq: number; rev: number }): Receipt {
  const at = instant(moves.rev)
  return aReceipt({ userId, deliveredAt: at, readAt: at, ...moves })
}
