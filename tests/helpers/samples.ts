// One sound request of every method, for tests that go through all of them.
import type { Method, ParamsInput } from '#rufer/shared/protocol/methods.ts'

export type Samples = { [M in Method]: ParamsInput<M> }

/** Params that the member of a conversation may send; `peerId` is the other member. */
export function samplesOf({ conversationId, peerId }: { conversationId: string; peerId: string }): Samples {
  return {
    'message.send': { id: crypto.randomUUID(), conversationId, text: 'a text' },
    'message.list': { conversationId, limit: 10 },
    'conversation.open': { userId: peerId },
    'conversation.list': { limit: 10 },
    'conversation.get': { conversationId },
    'conversation.sync': { revs: { [conversationId]: 0 }, limit: 10 },
    'receipt.update': { conversationId, readSeq: 1 },
    'typing.start': { conversationId },
    'typing.stop': { conversationId },
    'presence.watch': { userIds: [peerId] },
    'user.get': { userId: peerId },
    'session.ping': {},
  }
}
