// ChatAnnouncer: what a screen reader says by itself, and what it does not.
import { mountSuspended } from '@nuxt/test-utils/runtime'
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import ChatAnnouncer from '#rufer/components/chat/ChatAnnouncer.vue'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
import { useMessagesStore } from '#rufer/stores/messages.ts'
import { useReceiptsStore } from '#rufer/stores/receipts.ts'
import { useStatusLineStore } from '#rufer/stores/status-line.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import { aConversation, aMessage, aSession, INSTANT } from '../helpers/chat-fixtures.ts'

beforeEach(() => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  for (const store of [useMessagesStore(), useConversationsStore(), useStatusLineStore()]) store.$reset()
  useConnectionStore().session = aSession()
  useConnectionStore().applyStatus({ state: 'live' })
  useReceiptsStore().isRunning = true
  const conversations = useConversationsStore()
  conversations.put(aConversation())
  conversations.openId = 'c1'
})

it('reads arrivals out, at most five of them at a time, and of a long one the beginning', async () => {
  const { log, arrive } = await mountAnnouncer()
  for (let seq = 1; seq <= 6; seq++) await arrive(seq)
  expect(log()).toEqual([2, 3, 4, 5, 6].map((seq) => `Bob Johnson: text ${seq}`))
  await arrive(7, { text: 'x'.repeat(500) })
  expect(log().at(-1)).toBe(`Bob Johnson: ${'x'.repeat(200)}`)
})

it('tells of several within a second as one number, and of one’s own messages nothing', async () => {
  const { log, arrive } = await mountAnnouncer()
  for (const seq of [1, 2, 3]) await arrive(seq, {}, 200)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(log()).toEqual(['3 new messages from Bob Johnson'])
  await arrive(4, { senderId: 'alice' })
  expect(log()).toHaveLength(1)
})

it('says of a message that was deleted before it was read out that it was', async () => {
  const { log, arrive } = await mountAnnouncer()
  await arrive(1, {}, 200)
  await arrive(1, { rev: 2, text: '', deletedAt: INSTANT })
  expect(log()).toEqual(['Bob Johnson: Message deleted'])
  await arrive(1, { rev: 3, text: '', deletedAt: INSTANT })
  expect(log()).toHaveLength(1)
})

it('says of every message that was not sent that it was not', async () => {
  const { alert, wrapper } = await mountAnnouncer()
  const row = { text: 'Hello', createdAt: INSTANT, conversationId: 'c1', isKept: true }
  const fail = async (...ids: string[]) => {
    useMessagesStore().applyOutbox(ids.map((id) => ({ ...row, id, state: 'failed' })))
    await wrapper.vm.$nextTick()
  }
  expect(alert().text).toBe('')
  await fail('m1')
  const first = alert()
  expect(first.text).toBe('Message not sent')
  await fail('m1', 'm2')
  expect(alert().text).toBe('Message not sent')
  expect(alert().element).not.toBe(first.element)
  const second = alert()
  await fail('m2')
  expect(alert().element).toBe(second.element)
  await fail()
  expect(alert().text).toBe('')
})

it('says that the connection was lost once it matters, and when it is back', async () => {
  const { wrapper } = await mountAnnouncer()
  const connection = useConnectionStore()
  const status = () => wrapper.find('[role=status]').text()
  const lost = { state: 'offline', attempt: 1, waitMs: 60_000, retryAt: performance.now() + 60_000 } as const
  connection.applyStatus(lost)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(status()).toBe('')
  await vi.advanceTimersByTimeAsync(1_500)
  expect(status()).toBe('Connection lost')
  // No countdown.
  await vi.advanceTimersByTimeAsync(10_000)
  expect(status()).toBe('Connection lost')
  connection.applyStatus({ state: 'live' })
  await vi.advanceTimersByTimeAsync(1_500)
  expect(status()).toBe('Connected')
})

async function mountAnnouncer() {
  const wrapper = await mountSuspended(ChatAnnouncer)
  return {
    wrapper,
    log: () => wrapper.findAll('[role=log] p').map((one) => one.text()),
    alert: () => {
      const box = wrapper.find('[role=alert]')
      return { text: box.text(), element: box.find('p').exists() ? box.find('p').element : undefined }
    },
    /** A message comes, and so much time goes by. */
    arrive: async (seq: number, message: Partial<Message> = {}, ms = 1_500) => {
      await useConversationsStore().applyMessage(aMessage({ seq, ...message }))
      await vi.advanceTimersByTimeAsync(ms)
    },
  }
}
