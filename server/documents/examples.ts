// One example of every call, request and event, of one short story: Alice says hello to Bob, who reads it.
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { Answer, Body, Call } from '#rufer/shared/protocol/http.ts'
import type { EventData, EventName } from '#rufer/shared/protocol/events.ts'
import type { Method, ParamsInput, Result } from '#rufer/shared/protocol/methods.ts'

const alice = { userId: 'alice', displayName: 'Alice Smith' }
const bob = { userId: 'bob', displayName: 'Bob Johnson', avatarUrl: 'https://example.com/bob.png' }
const conversationId = 'q3Jc0m1vXyZk7wBtR5uHdA'
const id = '01a2c3d4-e5f6-7890-abcd-ef0123456789'
const sentAt = '2026-11-28T09:30:00.000Z'
const readAt = '2026-11-28T09:30:02.500Z'

const message: Message = {
  id,
  conversationId,
  seq: 1,
  rev: 1,
  senderId: 'alice',
  text: 'hello',
  createdAt: sentAt,
  deliveredAt: null,
  readAt: null,
}
const receipt = {
  conversationId,
  userId: 'bob',
  deliveredSeq: 1,
  deliveredAt: readAt,
  readSeq: 1,
  readAt,
  rev: 2,
}
const conversation: Conversation = {
  id: conversationId,
  kind: 'direct',
  members: [
    { ...alice, deliveredSeq: 1, deliveredAt: sentAt, readSeq: 1, readAt: sentAt },
    { ...bob, deliveredSeq: 1, deliveredAt: readAt, readSeq: 1, readAt },
  ],
  seq: 1,
  rev: 2,
  unreadCount: 0,
  lastMessage: { ...message, deliveredAt: readAt, readAt },
  updatedAt: sentAt,
}
const presence = { userId: 'bob', status: 'offline' as const, lastSeenAt: '2026-11-28T09:41:07.120Z' }
const deadLetter = {
  id: '9c1f0a94e2d4c58a3f60d1e9b8275640',
  type: 'message.created' as const,
  attempts: 34,
  failedSince: sentAt,
  deadAt: '2026-11-29T09:30:00.000Z',
  reason: 'answered 500',
}
const token = { token: 'Vq0f3sYw5hJm2cZr8nKxT1uBpLdEgAiO6y7WvMtQaXs', expiresAt: '2026-11-28T09:45:00.000Z' }

export const callExamples: { [C in Call]: { body: Body<C>; answer: Answer<C> } } = {
  'POST /api/users/register': { body: bob, answer: bob },
  'POST /api/users/session-token': { body: { userId: 'alice' }, answer: token },
  'GET /api/users/:userId/online': {
    body: undefined,
    answer: { userId: 'bob', isOnline: false, lastSeenAt: presence.lastSeenAt },
  },
  'GET /api/users/:userId/export': {
    body: undefined,
    answer: { kind: 'message', after: 'WyJxM0pjMG0xdlh5Wms3d0J0UjV1SGRBIiwxXQ', message },
  },
  'DELETE /api/users/:userId': { body: undefined, answer: { userId: 'bob', messages: 3 } },
  'DELETE /api/users/:userId/sessions': { body: undefined, answer: { closed: 2 } },
  'POST /api/users/sign-in-link': {
    body: { userId: 'alice' },
    answer: { url: `https://chat.example.com/sign-in?code=${token.token}`, expiresAt: token.expiresAt },
  },
  'POST /api/messages': {
    body: { id, senderId: 'alice', userId: 'bob', text: 'hello' },
    answer: { message, duplicate: false },
  },
  'GET /api/messages/:id/trace': {
    body: undefined,
    answer: {
      id,
      conversationId,
      seq: 1,
      acceptedAt: '2026-11-28T09:29:59.998Z',
      committedAt: '2026-11-28T09:30:00.003Z',
      fedAt: '2026-11-28T09:30:00.004Z',
      sentTo: 3,
      deliveredAt: readAt,
      readAt,
    },
  },
  'GET /api/webhooks/dead-letters': {
    body: undefined,
    answer: { letters: [deadLetter], after: null },
  },
  'POST /api/webhooks/dead-letters/replay': { body: { ids: [deadLetter.id] }, answer: { count: 1 } },
  'POST /api/webhooks/dead-letters/drop': { body: { ids: [deadLetter.id] }, answer: { count: 1 } },
  'POST /api/session-token': { body: { userId: 'alice' }, answer: token },
  'POST /api/sign-out': { body: undefined, answer: {} },
  'GET /health': { body: undefined, answer: { status: 'ok' } },
  'GET /ready': { body: undefined, answer: { status: 'ready', store: 'sqlite', feedLagMs: 1 } },
}

export const methodExamples: { [M in Method]: { params: ParamsInput<M>; result: Result<M> } } = {
  'message.send': {
    params: { id, userId: 'bob', text: 'hello' },
    result: { message, duplicate: false },
  },
  'message.list': {
    params: { conversationId, beforeSeq: 51, limit: 50 },
    result: { messages: [message], hasMore: false },
  },
  'conversation.open': { params: { userId: 'bob' }, result: { conversation } },
  'conversation.list': { params: { limit: 50 }, result: { conversations: [conversation], nextCursor: null } },
  'conversation.get': { params: { conversationId }, result: { conversation } },
  'conversation.sync': {
    params: { revs: { [conversationId]: 1 } },
    result: { conversations: [{ conversation, messages: [], receipts: [receipt], hasMore: false }] },
  },
  'receipt.update': { params: { conversationId, readSeq: 1 }, result: { deliveredSeq: 1, readSeq: 1 } },
  'typing.start': { params: { conversationId }, result: {} },
  'typing.stop': { params: { conversationId }, result: {} },
  'presence.watch': { params: { userIds: ['bob'] }, result: { presences: [presence] } },
  'user.get': { params: { userId: 'bob' }, result: { user: bob } },
  'session.ping': { params: {}, result: { serverTime: readAt } },
}

export const eventExamples: { [E in EventName]: EventData<E> } = {
  'session.started': {
    userId: 'alice',
    connectionId: 'Zk7wBtR5uHdAq3Jc0m1vXy',
    serverTime: '2026-11-28T09:29:58.000Z',
    heartbeatMs: 20_000,
    limits: {
      frameBytes: 65_536,
      textLength: 10_000,
      requestsPerSecond: 20,
      messagesPerSecond: 10,
      pageSize: 100,
      syncConversations: 200,
    },
  },
  'message.created': { message },
  'message.updated': { message: { ...message, rev: 3, text: '', deletedAt: '2026-11-28T09:31:00.000Z' } },
  'receipt.updated': { receipt },
  'conversation.updated': { conversation },
  'typing.started': { conversationId, userId: 'bob' },
  'typing.stopped': { conversationId, userId: 'bob' },
  'presence.changed': { presence },
  'session.ending': { reason: 'server restarting', reconnectAfterMs: 1_500 },
}
