// The stores together: what an event changes, as the page sees it.
import { beforeEach, expect, it } from 'vitest'
import { createPinia, setActivePinia } from 'pinia'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
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
