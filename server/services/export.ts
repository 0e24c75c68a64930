// Export: all that is kept of a user, page by page, so that it takes the same memory however much that is.
import { z } from 'zod'
import type { Store } from '#rufer/server/store/duties.ts'
import type { StoredUser } from '#rufer/server/store/port.ts'
import type { ConversationRecord } from '#rufer/shared/model/conversation.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'
import type { ExportLine } from '#rufer/shared/protocol/export.ts'
import { PAGE_BYTES } from './fit-reply.ts'
import { requireUser } from './users.ts'

/** Some lines at a time, which were read at once. */
export type ExportPages = AsyncGenerator<ExportLine[], void>

export function createExportService({ store }: { store: Store }) {
  return {
    /**
     * All of a user from the beginning, or from behind the line that carried this `after`.
     *
     * What is said while it is read is in it where its place was not passed yet.
     *
     * @throws ChatError `user-not-found`, or `invalid-params` for an `after` that no export of this user gave
     */
    async read(userId: string, after?: string): Promise<ExportPages> {
      const user = await requireUser(store, userId)
      if (after === undefined) return readAll(store, user)
      const place = parsePlace(after)
      const begun = await find(store, { userId, conversationId: place.conversationId })
      if (!begun) throw unknownPlace()
      return readOn(store, { userId, begun, afterRev: place.rev })
    },
  }
}

// --- Internal helpers ---

/** Few, for they are read while others wait. */
const ITEMS_AT_ONCE = 100
const CONVERSATIONS_AT_ONCE = 100

interface Place {
  conversationId: string
  rev: number
}

async function* readAll(store: Store, user: StoredUser): ExportPages {
  const { isOnline: _, isErased: __, lastSeenAt, ...profile } = user
  const { userId } = profile
  const conversations = await store.duties.countMemberships(userId)
  yield [{ kind: 'user', user: profile, lastSeenAt, conversations }]
  yield* readFrom(store, { userId })
}

async function* readOn(
  store: Store,
  { userId, begun, afterRev }: { userId: string; begun: ConversationRecord; afterRev: number },
): ExportPages {
  yield* readItems(store, begun, afterRev)
  yield* readFrom(store, { userId, afterId: begun.id })
}

/** The conversations after one, and the end. */
async function* readFrom(store: Store, from: { userId: string; afterId?: string }): ExportPages {
  for (let next: typeof from | undefined = from; next;) {
    const { ids, hasMore } = await store.duties.listMemberships({ ...next, limit: CONVERSATIONS_AT_ONCE })
    for (const conversationId of ids) yield* readConversation(store, { ...from, conversationId })
    const afterId = ids.at(-1)
    next = hasMore && afterId !== undefined ? { ...from, afterId } : undefined
  }
  yield [{ kind: 'end' }]
}

async function* readConversation(
  store: Store,
  wanted: { userId: string; conversationId: string },
): ExportPages {
  const record = await find(store, wanted)
  if (!record) return
  const { lastMessage: _, ...conversation } = record
  yield [{ kind: 'conversation', after: toAfter({ conversationId: record.id, rev: 0 }), conversation }]
  yield* readItems(store, record, 0)
}

/** Messages and receipts after a rev, in the order of their revs. */
async function* readItems(store: Store, record: ConversationRecord, afterRev: number): ExportPages {
  const { id: conversationId, rev: throughRev } = record
  const query = { conversationId, throughRev, limit: ITEMS_AT_ONCE, maxBytes: PAGE_BYTES }
  for (let rev = afterRev; rev < throughRev;) {
    const { messages, receipts } = await store.listRevisions({ ...query, afterRev: rev })
    const items = [...messages, ...receipts].toSorted((a, b) => a.rev - b.rev)
    yield items.map((item) => toLine(item))
    rev = items.at(-1)?.rev ?? throughRev
  }
}

type Item = Awaited<ReturnType<Store['listRevisions']>>['messages' | 'receipts'][number]

function toLine(item: Item): ExportLine {
  const after = toAfter(item)
  return 'text' in item
    ? { kind: 'message', after, message: item }
    : { kind: 'receipt', after, receipt: item }
}

async function find(store: Store, { userId, conversationId }: { userId: string; conversationId: string }) {
  const { conversations } = await store.getConversations({ ids: [conversationId], memberId: userId })
  return conversations[0]
}

const place = z.tuple([z.string(), z.int().min(0)])

function toAfter({ conversationId, rev }: Place) {
  return Buffer.from(JSON.stringify([conversationId, rev])).toString('base64url')
}

function parsePlace(after: string): Place {
  try {
    const [conversationId, rev] = place.parse(JSON.parse(Buffer.from(after, 'base64url').toString()))
    return { conversationId, rev }
  } catch {
    throw unknownPlace()
  }
}

function unknownPlace() {
  const issues = [{ path: 'after', message: 'give the `after` of a line of an export of this user, or none' }]
  return new ChatError('invalid-params', { reason: 'the place in the export is unknown', issues })
}
