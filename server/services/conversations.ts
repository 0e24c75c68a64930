// Conversations: opening, listing, getting, and catching up with what changed.
import { z } from 'zod'
import type { Counters } from '#rufer/server/counters.ts'
import type { Clock } from '#rufer/server/clock.ts'
import type { ChatStore } from '#rufer/server/store/port.ts'
import {
  toConversation,
  type Conversation,
  type ConversationRecord,
} from '#rufer/shared/model/conversation.ts'
import { instant } from '#rufer/shared/model/instant.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'
import type { Params, Result } from '#rufer/shared/protocol/methods.ts'
import { refuseOneself, requireConversation } from './access.ts'
import { PAGE_BYTES, takeFitting } from './fit-reply.ts'
import { syncConversations } from './sync.ts'

export function createConversationsService({
  store,
  clock,
  counters,
}: {
  store: ChatStore
  clock: Clock
  counters: Pick<Counters, 'missed'>
}) {
  return {
    /** @throws ChatError `user-not-found`, or `invalid-params` for oneself */
    async open(userId: string, peerId: string): Promise<Conversation> {
      refuseOneself(userId, peerId)
      const opened = await store.openConversation([userId, peerId], clock.instant())
      if (opened.outcome === 'user-not-found') throw new ChatError(opened.outcome)
      return toConversation(opened.conversation, userId)
    },

    /** @throws ChatError `conversation-not-found` */
    async get(userId: string, conversationId: string): Promise<Conversation> {
      return toConversation(await requireConversation(store, userId, conversationId), userId)
    },

    /** @throws ChatError `invalid-params` for a cursor that no list gave */
    async list(userId: string, params: Params<'conversation.list'>): Promise<Result<'conversation.list'>> {
      const after = params.cursor === undefined ? {} : { after: decodeCursor(params.cursor) }
      const { limit } = params
      const page = await store.listConversations({ userId, limit, maxBytes: PAGE_BYTES, ...after })
      const conversations = takeFitting(page.conversations.map((record) => toConversation(record, userId)))
      const last = conversations.at(-1)
      const hasMore = page.hasMore || conversations.length < page.conversations.length
      return { conversations, nextCursor: hasMore && last ? encodeCursor(last) : null }
    },

    /** What changed since the revs a client holds. */
    async sync(userId: string, params: Params<'conversation.sync'>): Promise<Result<'conversation.sync'>> {
      const changed = await syncConversations(store, userId, params)
      if (changed.conversations.length > 0) counters.missed(changed.conversations.length)
      return changed
    },
  }
}

// --- Internal helpers ---

const place = z.tuple([instant, z.string()])

function encodeCursor({ updatedAt, id }: ConversationRecord) {
  return Buffer.from(JSON.stringify([updatedAt, id])).toString('base64url')
}

function decodeCursor(cursor: string) {
  const [updatedAt, id] = parsePlace(Buffer.from(cursor, 'base64url').toString())
  return { updatedAt, id }
}

function parsePlace(json: string) {
  try {
    return place.parse(JSON.parse(json))
  } catch {
    const issues = [{ path: 'cursor', message: 'give the nextCursor of an earlier list, or none' }]
    throw new ChatError('invalid-params', { reason: 'the cursor is unknown', issues })
  }
}
