// ConversationItem: what a row of the list tells, and what comes before what.
import { mountSuspended } from '@nuxt/test-utils/runtime'
import { beforeEach, expect, it } from 'vitest'
import ConversationItem from '#rufer/components/conversation/ConversationItem.vue'
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useDraftsStore } from '#rufer/stores/drafts.ts'
import { useMessagesStore } from '#rufer/stores/messages.ts'
import { usePresenceStore } from '#rufer/stores/presence.ts'
import { useTypingStore } from '#rufer/stores/typing.ts'
import { aConversation, aMember, aMessage, aSession, INSTANT } from '../helpers/chat-fixtures.ts'

beforeEach(() => {
  for (const store of [useDraftsStore(), useMessagesStore(), usePresenceStore(), useTypingStore()])
    store.$reset()
  useConnectionStore().session = aSession()
  useConnectionStore().applyStatus({ state: 'live' })
})

it.each([
  [0, undefined],
  [99, '99 unread'],
  [100, '99+ unread'],
])('counts %i unread as %s', async (unreadCount, told) => {
  const row = await mountRow({ unreadCount })
  expect(row.find('.badge').exists() ? row.find('.badge').text() : undefined).toBe(told)
})

it('tells the newest of several things: who types, what was not sent, what is being written, what was said', async () => {
  const row = await mountRow({ lastMessage: aMessage({ text: 'said' }) })
  const preview = () => row.find('.preview').text()
  expect(preview()).toBe('said')
  await row.setProps({ conversation: withLast({ text: 'said', senderId: 'alice' }) })
  expect(preview()).toBe('You: said')

  useDraftsStore().userId = 'alice'
  useDraftsStore().keep('c1', 'begun')
  await row.vm.$nextTick()
  expect(preview()).toBe('Draft: begun')
  const unsent = { id: 'm9', text: 'refused', createdAt: INSTANT, conversationId: 'c1', isKept: true }
  useMessagesStore().applyOutbox([{ ...unsent, state: 'failed' }])
  await row.vm.$nextTick()
  expect(preview()).toBe('Not sent: refused')
  useTypingStore().applyStarted({ conversationId: 'c1', userId: 'bob' })
  await row.vm.$nextTick()
  expect(preview()).toBe('typing…')
})

it('says that the newest message was deleted, whoever wrote it', async () => {
  const row = await mountRow({})
  for (const senderId of ['alice', 'bob']) {
    await row.setProps({ conversation: withLast({ senderId, text: '', deletedAt: INSTANT }) })
    expect(row.find('.preview').text()).toBe('Message deleted')
    expect(row.find('.preview').classes()).toContain('deleted')
  }
})

it('says who is online in a word besides the dot, and nothing of it without a connection', async () => {
  usePresenceStore().apply({ userId: 'bob', status: 'online', lastSeenAt: null })
  const row = await mountRow({})
  expect([row.find('.name').text(), row.find('.dot').exists()]).toEqual(['Bob Johnson, online', true])
  useConnectionStore().applyStatus({ state: 'syncing' })
  await row.vm.$nextTick()
  expect([row.find('.name').text(), row.find('.dot').exists()]).toEqual(['Bob Johnson', false])
})

it('takes the name of a member whose profile is gone', async () => {
  const row = await mountRow({ members: [aMember('alice'), aMember('bob', { displayName: 'Deleted user' })] })
  expect(row.find('.name').text()).toBe('Deleted user')
  expect(row.find('.initials').text()).toBe('DU')
})

async function mountRow(overrides: Partial<Conversation>) {
  const props = { conversation: aConversation(overrides), isOpen: false, isStop: false }
  return await mountSuspended(ConversationItem, { props })
}

function withLast(message: Parameters<typeof aMessage>[0]): Conversation {
  return aConversation({ lastMessage: aMessage(message) })
}
