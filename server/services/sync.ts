// Catching up: state that changed since the revs a client holds, however long ago that was.
import type { ChatStore } from '#rufer/server/store/port.ts'
import { toConversation, type ConversationRecord } from '#rufer/shared/model/conversation.ts'
import type { Params, Result } from '#rufer/shared/protocol/methods.ts'
import { byteLength, PAGE_BYTES, takeFitting } from './fit-reply.ts'

type SyncResult = Result<'conversation.sync'>
type SyncPage = SyncResult['conversations'][number]

/**
 * What changed in a user's conversations since the given revs.
 *
 * One conversation at least is answered; those that no longer fit into the reply are named in `remaining`.
 */
export async function syncConversations(
  store: ChatStore,
  userId: string,
  { revs, limit }: Params<'conversation.sync'>,
): Promise<SyncResult> {
  const lookup = { ids: Object.keys(revs), memberId: userId, beyond: revs, maxBytes: PAGE_BYTES }
  const changed = await store.getConversations(lookup)
  const conversations: SyncPage[] = []
  let left = PAGE_BYTES
  for (const record of changed.conversations) {
    const page = await readPage(store, { record, afterRev: revs[record.id] ?? 0, limit, userId, left })
    if (page.bytes > left && conversations.length > 0) break
    conversations.push(page.page)
    left -= page.bytes
  }
  const unfit = changed.conversations.slice(conversations.length).map(({ id }) => id)
  const remaining = [...unfit, ...changed.remaining]
  return remaining.length > 0 ? { conversations, remaining } : { conversations }
}

// --- Internal helpers ---

interface PageQuery {
  record: ConversationRecord
  afterRev: number
  limit: number
  userId: string
  left: number
}

/** The items of one conversation that fit beside it, one at least, in the order of their revs. */
async function readPage(store: ChatStore, { record, afterRev, limit, userId, left }: PageQuery) {
  const conversation = toConversation(record, userId)
  const maxBytes = left - byteLength(conversation)
  const query = { conversationId: record.id, afterRev, throughRev: record.rev, limit, maxBytes }
  const { messages, receipts, hasMore } = await store.listRevisions(query)
  const items = [...messages, ...receipts].toSorted((a, b) => a.rev - b.rev)
  const fitting = takeFitting(items, maxBytes)
  const lastRev = fitting.at(-1)?.rev ?? record.rev
  const page: SyncPage = {
    conversation,
    messages: messages.filter(({ rev }) => rev <= lastRev),
    receipts: receipts.filter(({ rev }) => rev <= lastRev),
    hasMore: hasMore || fitting.length < items.length,
  }
  return { page, bytes: byteLength(page) }
}
