// Revisions: what changed in a conversation between two of its revs.
import type { Message } from '#rufer/shared/model/message.ts'
import type { Receipt } from '#rufer/shared/model/receipt.ts'
import { READ_AT_ONCE, readPage } from '../page.ts'
import type { RevisionQuery } from '../port.ts'
import type { Collections, MessageDocument } from './models.ts'
import { stamp } from './stamps.ts'

/** Messages and receipts after a rev up to another, the first ones of both together. */
export async function listRevisions(
  collections: Collections,
  query: RevisionQuery,
): Promise<{ messages: Message[]; receipts: Receipt[]; hasMore: boolean }> {
  const { conversationId, afterRev, throughRev, limit } = query
  const within = { conversationId, rev: { $gt: afterRev, $lte: throughRev } }
  // receipts are small and read at once, messages as far as the page goes
  const receipts = await collections.receipts
    .find(within, { projection: { _id: 0, deliveredTo: 0, readTo: 0 } })
    .sort({ rev: 1 })
    .limit(limit + 1)
    .toArray()
  const messages = collections.messages
    .find(within)
    .sort({ rev: 1 })
    .limit(limit + 1)
    .batchSize(READ_AT_ONCE)
  const { items, hasMore } = await readPage(byRev(messages, receipts), query)
  return {
    messages: await stamp(collections, items.filter(isMessage)),
    receipts: items.filter(isReceipt),
    hasMore,
  }
}

// --- helpers ---

/** Both in the one order of their revs. */
async function* byRev(
  messages: AsyncIterable<MessageDocument>,
  receipts: Receipt[],
): AsyncGenerator<MessageDocument | Receipt> {
  const waiting = receipts.values()
  let receipt = waiting.next()
  for await (const message of messages) {
    for (; !receipt.done && receipt.value.rev < message.rev; receipt = waiting.next()) yield receipt.value
    yield message
  }
  for (; !receipt.done; receipt = waiting.next()) yield receipt.value
}

function isMessage(item: MessageDocument | Receipt): item is MessageDocument {
  return 'text' in item
}

function isReceipt(item: MessageDocument | Receipt): item is Receipt {
  return !isMessage(item)
}
