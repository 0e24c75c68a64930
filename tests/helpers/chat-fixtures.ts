// Fixtures: nouns of the protocol with every field filled in, overridden where a test cares.
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { Member } from '#rufer/shared/model/member.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { Receipt } from '#rufer/shared/model/receipt.ts'
import type { EventData } from '#rufer/shared/protocol/events.ts'

export const INSTANT = '2026-01-01T12:00:00.000Z'

export function aMessage(overrides: Partial<Message> = {}): Message {
  const seq = overrides.seq ?? 1
  return {
    id: `00000000-0000-7000-8000-${String(seq).padStart(12, '0')}`,
    conversationId: 'c1',
    seq,
    rev: seq,
    senderId: 'bob',
    text: `text ${seq}`,
    createdAt: INSTANT,
    deliveredAt: null,
    readAt: null,
    ...overrides,
  }
}

export function aReceipt(overrides: Partial<Receipt> = {}): Receipt {
  return {
    conversationId: 'c1',
    userId: 'bob',
    deliveredSeq: 0,
    deliveredAt: null,
    readSeq: 0,
    readAt: null,
    rev: 1,
    ...overrides,
  }
}

export function aMember(userId: string, overrides: Partial<Member> = {}): Member {
  return {
    userId,
    displayName: userId,
    deliveredSeq: 0,
    deliveredAt: null,
    readSeq: 0,
    readAt: null,
    ...overrides,
  }
}

export function aConversation(overrides: Partial<Conversation> = {}): Conversation {
  return {
    id: 'c1',
    kind: 'direct',
    members: [
      aMember('alice', { displayName: 'Alice Smith' }),
      aMember('bob', { displayName: 'Bob Johnson' }),
    ],
    seq: 0,
    rev: 0,
    unreadCount: 0,
    lastMessage: null,
    updatedAt: INSTANT,
    ...overrides,
  }
}

export function aSession(): EventData<'session.started'> {
  return {
    userId: 'alice',
    connectionId: 'connection-1',
    serverTime: INSTANT,
    heartbeatMs: 20_000,
    limits: {
      frameBytes: 65_536,
      textLength: 10_000,
      requestsPerSecond: 20,
      messagesPerSecond: 10,
      pageSize: 100,
      syncConversations: 200,
    },
  }
}
