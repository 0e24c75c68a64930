// What the tests of the contract share: an open store a test, and words for what they do with it.
import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import type { ChatStore, Change, MessageDraft, RevisionQuery, Secret } from '#rufer/server/store/port.ts'
import type { ConversationRecord } from '#rufer/shared/model/conversation.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { Receipt } from '#rufer/shared/model/receipt.ts'
import { allEngines, type Engine } from './engines.ts'

/** Every engine; what it opens ends with the test. */
export const engines: Engine[] = allEngines.map(({ name, open }) => ({
  name,
  async open(settings) {
    const opened = await open(settings)
    onTestFinished(opened.dispose)
    return opened
  },
}))

/** An instant, so many milliseconds after the tests began to count. */
export function at(ms: number): string {
  return new Date(Date.UTC(2026, 0, 1) + ms).toISOString()
}

/** Registers users, whose names are their ids. */
export async function register(store: ChatStore, ...userIds: string[]): Promise<void> {
  await Promise.all(userIds.map((userId) => store.putUser({ userId, displayName: userId }, at(0))))
}

/** A message from alice to bob, where nothing else is said. */
export function draft(parts: Partial<MessageDraft> = {}): MessageDraft {
  return {
    id: randomUUID(),
    senderId: 'alice',
    target: { userId: 'bob' },
    text: 'hello',
    at: at(1_000),
    ...parts,
  }
}

/** Sends what must be stored. */
export async function send(store: ChatStore, parts: Partial<MessageDraft> = {}): Promise<Message> {
  const outcome = await store.appendMessage(draft(parts))
  if (outcome.outcome !== 'stored') throw new Error(`unable to send; ${outcome.outcome}`)
  return outcome.message
}

/** Registers two users and opens their conversation at `at(0)`. */
export async function openDirect(
  store: ChatStore,
  userIds: [string, string] = ['alice', 'bob'],
): Promise<string> {
  await register(store, ...userIds)
  const outcome = await store.openConversation(userIds, at(0))
  if (outcome.outcome === 'user-not-found') throw new Error('unable to open; a user was not found')
  return outcome.conversation.id
}

/** The one conversation, which must exist. */
export async function getConversation(store: ChatStore, conversationId: string): Promise<ConversationRecord> {
  const { conversations } = await store.getConversations({ ids: [conversationId] })
  const [conversation] = conversations
  if (!conversation) throw new Error('unable to get conversation; there is none')
  return conversation
}

export function memberOf(conversation: ConversationRecord, userId: string) {
  const member = conversation.members.find((candidate) => candidate.userId === userId)
  if (!member) throw new Error(`unable to find member; ${userId} is none`)
  return member
}

/** All messages of a conversation, in pages of some size. */
export async function listAll(store: ChatStore, conversationId: string, limit = 100): Promise<Message[]> {
  const messages: Message[] = []
  const next = () => store.listMessages({ conversationId, afterSeq: messages.at(-1)?.seq ?? 0, limit })
  await readPages(next, (page) => messages.push(...page.messages))
  return messages
}

/** All that happened in a conversation after a rev, in pages of some size, by rev. */
export async function listAllRevisions(
  store: ChatStore,
  query: RevisionQuery,
): Promise<(Message | Receipt)[]> {
  const revisions: (Message | Receipt)[] = []
  const next = () => store.listRevisions({ ...query, afterRev: revisions.at(-1)?.rev ?? query.afterRev })
  await readPages(next, (page) =>
    revisions.push(...[...page.messages, ...page.receipts].toSorted((a, b) => a.rev - b.rev)),
  )
  return revisions
}

/** Asks for pages until one says that it is the last. */
export async function readPages<Page extends { hasMore: boolean }>(
  next: () => Promise<Page>,
  take: (page: Page) => void,
): Promise<void> {
  const page = await next()
  take(page)
  if (page.hasMore) await readPages(next, take)
}

/** Watches the feed from now on until the test ends; `take` gives its next so many changes. */
export function watchFeed(store: ChatStore) {
  const abort = new AbortController()
  onTestFinished(() => abort.abort())
  const changes = store.watch(abort.signal)[Symbol.asyncIterator]()
  return {
    abort: () => abort.abort(),
    next: () => changes.next(),
    take: async (count: number): Promise<Change[]> => {
      const results = await Promise.all(Array.from({ length: count }, () => changes.next()))
      return results.flatMap(({ done, value }) => (done || 'processId' in value ? [] : [value]))
    },
  }
}

/** A session token of alice that nobody's browser asked for, where nothing else is said. */
export function secret(parts: Partial<Secret> = {}): Secret {
  return {
    hash: randomUUID(),
    kind: 'token',
    userId: 'alice',
    expiresAt: at(60_000),
    parentHash: null,
    ...parts,
  }
}
