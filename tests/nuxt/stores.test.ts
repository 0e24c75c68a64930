// The stores together: what an event changes, as the page sees it.
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { createPinia, setActivePinia } from 'pinia'
import { RequestError } from '#rufer/client/request-error.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import { useChatClient } from '#rufer/stores/chat-client.ts'
import { usePeer } from '#rufer/composables/usePeer.ts'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
import { useDebugStore } from '#rufer/stores/debug.ts'
import { emptyWindow, firstSeq, lastSeq } from '#rufer/stores/message-window.ts'
import { useMessagesStore } from '#rufer/stores/messages.ts'
import { usePresenceStore } from '#rufer/stores/presence.ts'
import { useReceiptsStore } from '#rufer/stores/receipts.ts'
import { useTypingStore } from '#rufer/stores/typing.ts'
import { aConversation, aMessage, aSession, INSTANT } from '../helpers/chat-fixtures.ts'

beforeEach(() => {
  setActivePinia(createPinia())
  useConnectionStore().session = aSession()
})

it('orders conversations by their last message, ties by id', async () => {
  const conversations = useConversationsStore()
  for (const id of ['b', 'a', 'c']) conversations.put(aConversation({ id }))
  await conversations.applyMessage(
    aMessage({ conversationId: 'c', seq: 1, createdAt: '2026-02-01T12:00:00.000Z' }),
  )
  expect(conversations.ordered.map(({ id }) => id)).toEqual(['c', 'a', 'b'])
  expect(conversations.unreadTotal).toBe(1)
})

it('confirms delivery of what it holds, and lets the count fall when something was read', async () => {
  const conversations = useConversationsStore()
  conversations.put(aConversation({ seq: 3, lastMessage: aMessage({ seq: 3 }), updatedAt: INSTANT }))
  expect(useReceiptsStore().waiting.get('c1')).toEqual({ deliveredSeq: 3 })
  conversations.markRead('c1', 2)
  expect(conversations.byId.get('c1')?.unreadCount).toBe(1)
  conversations.markRead('c1', 1)
  expect(useReceiptsStore().waiting.get('c1')).toEqual({ deliveredSeq: 3, readSeq: 2 })
})

it('shows who types until they stop', () => {
  const typing = useTypingStore()
  typing.applyStarted({ conversationId: 'c1', userId: 'bob' })
  typing.applyStarted({ conversationId: 'c1', userId: 'bob' })
  expect(typing.byConversation.get('c1')).toEqual(['bob'])
  typing.applyStopped({ conversationId: 'c1', userId: 'bob' })
  expect(typing.byConversation.get('c1')).toEqual([])
})

it('counts gaps whether or not the debug view is shown', () => {
  const debug = useDebugStore()
  debug.record({ kind: 'gap', conversationId: 'c1' })
  debug.isOn = true
  debug.record({ kind: 'gap', conversationId: 'c1' })
  expect(debug.gaps).toBe(2)
})

it.each([
  ['syncing', ''],
  ['live', 'online'],
] as const)('while %s the line under a name says "%s"', (state, line) => {
  useConnectionStore().applyStatus({ state })
  usePresenceStore().apply({ userId: 'bob', status: 'online', lastSeenAt: null })
  const peer = usePeer(aConversation())
  expect(peer.line.value).toBe(line)
  expect(peer.isOnline.value).toBe(line === 'online')
})

it('keeps what it holds until the newest page has come, and where it does not come', async () => {
  const messages = useMessagesStore()
  const listMessages = vi.spyOn(useChatClient(), 'listMessages')
  messages.windows.set('c1', { ...emptyWindow, messages: page(1), state: 'ready' })
  listMessages.mockRejectedValueOnce(new Error('no connection'))
  await messages.loadLatest('c1', () => undefined)
  expect(lastSeq(messages.windowOf('c1'))).toBe(50)
  listMessages.mockResolvedValueOnce({ messages: page(101), hasMore: true })
  const replacing = vi.fn<() => void>(() => expect(lastSeq(messages.windowOf('c1'))).toBe(50))
  await messages.loadLatest('c1', replacing)
  expect(replacing).toHaveBeenCalledOnce()
  expect(firstSeq(messages.windowOf('c1'))).toBe(101)
})

it('shows a message as deleted in conversations that were left, and on a page that was read before', async () => {
  const messages = useMessagesStore()
  const deleted = { ...aMessage({ seq: 50, rev: 99, text: '' }), deletedAt: INSTANT }
  messages.windows.set('c1', { ...emptyWindow, messages: page(1), state: 'ready' })
  messages.leave('c1', undefined)
  messages.applyMessage(deleted)
  expect(messages.windowOf('c1').messages.at(-1)).toEqual(deleted)

  messages.windows.delete('c1')
  vi.spyOn(useChatClient(), 'listMessages').mockImplementationOnce(async () => {
    messages.applyMessage(deleted)
    return { messages: page(1), hasMore: false }
  })
  await messages.load('c1')
  expect(messages.windowOf('c1').messages.at(-1)).toEqual(deleted)
  expect(messages.changed.size).toBe(0)
})

it('keeps the newest 50 of a conversation that was left at its end, and of 20 conversations', () => {
  const messages = useMessagesStore()
  for (let count = 1; count <= 21; count++) {
    const id = `c${count}`
    messages.windows.set(id, { ...emptyWindow, messages: [...page(1), ...page(51)], state: 'ready' })
    messages.leave(id, undefined)
  }
  expect(messages.windows.size).toBe(20)
  expect(messages.windows.has('c1')).toBe(false)
  const left = messages.windowOf('c21')
  expect([firstSeq(left), lastSeq(left)]).toEqual([51, 100])
})

it('sends a message whose id is another’s under a new one, and any other under its own', () => {
  const messages = useMessagesStore()
  const chat = useChatClient()
  const calls: unknown[][] = []
  vi.spyOn(chat, 'retryMessage').mockImplementation((id) => void calls.push(['retry', id]))
  vi.spyOn(chat, 'removeMessage').mockImplementation((id) => void calls.push(['remove', id]))
  vi.spyOn(chat, 'queueMessage').mockImplementation((draft) => String(calls.push(['send', draft])))
  const row = {
    text: 'Hello',
    createdAt: INSTANT,
    conversationId: 'c1',
    state: 'failed',
    isKept: true,
  } as const
  messages.applyOutbox([
    { ...row, id: 'taken', error: { code: 'id-conflict', message: '' } },
    { ...row, id: 'long', error: { code: 'text-too-long', message: '' } },
  ])
  messages.retry('taken')
  messages.retry('long')
  expect(calls).toEqual([
    ['remove', 'taken'],
    ['send', { conversationId: 'c1', text: 'Hello' }],
    ['retry', 'long'],
  ])
})

it('sends receipts one in 250 ms, the open conversation’s first, each conversation’s furthest', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const receipts = useReceiptsStore()
  const sent: [at: number, ...unknown[]][] = []
  const from = performance.now()
  vi.spyOn(useChatClient(), 'updateReceipt').mockImplementation(async ({ conversationId, ...markers }) => {
    sent.push([performance.now() - from, conversationId, markers])
    return { deliveredSeq: 0, readSeq: 0 }
  })
  useConnectionStore().applyStatus({ state: 'live' })
  for (const id of ['c1', 'c2', 'c3']) receipts.add(id, { deliveredSeq: 1 })
  receipts.firstId = 'c3'
  receipts.add('c2', { deliveredSeq: 2, readSeq: 2 })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(sent).toEqual([
    [0, 'c3', { deliveredSeq: 1 }],
    [250, 'c1', { deliveredSeq: 1 }],
    [500, 'c2', { deliveredSeq: 2, readSeq: 2 }],
  ])
})

it('tells a conversation that could not be fetched from one that is not there', async () => {
  const conversations = useConversationsStore()
  const getConversation = vi.spyOn(useChatClient(), 'getConversation')
  useConnectionStore().applyStatus({ state: 'live' })
  const refuse = (code: 'internal' | 'conversation-not-found') =>
    getConversation.mockRejectedValueOnce(new RequestError(code, { message: code, retryable: false }))
  refuse('internal')
  await conversations.show('c1')
  expect([conversations.missingId, conversations.failedId]).toEqual([undefined, 'c1'])
  refuse('conversation-not-found')
  await conversations.show('c1')
  expect([conversations.missingId, conversations.failedId]).toEqual(['c1', undefined])
})

it('holds no more than 400 messages however many pages are asked for', async () => {
  const messages = useMessagesStore()
  vi.spyOn(useChatClient(), 'listMessages').mockImplementation(async ({ beforeSeq, afterSeq = 0 }) => ({
    messages: page(beforeSeq === undefined ? afterSeq + 1 : beforeSeq - 50),
    hasMore: true,
  }))
  messages.windows.set('c1', { ...emptyWindow, messages: page(1_001), state: 'ready' })
  const load = async (side: 'older' | 'newer', pages: number): Promise<void> => {
    if (pages === 0) return
    await messages.loadSide('c1', side)
    await load(side, pages - 1)
  }
  const range = () => [firstSeq(messages.windowOf('c1')), lastSeq(messages.windowOf('c1'))]

  await load('older', 10)
  expect(range()).toEqual([501, 900])
  await load('newer', 10)
  expect(range()).toEqual([1_001, 1_400])
})

function page(from: number): Message[] {
  return Array.from({ length: 50 }, (_, index) => aMessage({ seq: from + index }))
}
