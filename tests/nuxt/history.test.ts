// History: pages are asked for one at a time, as the reader nears them, and what came is said.
import { beforeEach, expect, it, vi } from 'vitest'
import { createPinia, setActivePinia } from 'pinia'
import { effectScope, ref, shallowRef } from 'vue'
import { useHeldRange } from '#rufer/composables/useHeldRange.ts'
import { useHistory } from '#rufer/composables/useHistory.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import { useChatClient } from '#rufer/stores/chat-client.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
import { emptyWindow, firstSeq, lastSeq } from '#rufer/stores/message-window.ts'
import { useMessagesStore } from '#rufer/stores/messages.ts'
import { useStatusLineStore } from '#rufer/stores/status-line.ts'
import { aConversation, aMessage } from '../helpers/chat-fixtures.ts'

beforeEach(() => setActivePinia(createPinia()))

it('asks for one page at a time, and says how much came', async () => {
  const { history, held, asked } = openAt(101, { seq: 150, above: 1_400 })
  history.loadNear()
  history.loadNear()
  expect(asked).toHaveBeenCalledExactlyOnceWith({ conversationId: 'c1', beforeSeq: 101 })
  await expect.poll(() => useStatusLineStore().words).toBe('50 older messages loaded')
  expect(held()).toEqual([51, 150])
})

it('asks for nothing while one and a half screens are left', () => {
  const { history, asked } = openAt(101, { seq: 150, above: 1_500 })
  history.loadNear()
  expect(asked).not.toHaveBeenCalled()
})

it('asks for newer ones where some are not held', async () => {
  const { history, held } = openAt(101, { seq: 300, above: 9_000 })
  history.loadNear()
  await expect.poll(held).toEqual([101, 200])
})

it('lets go of what is far away once the list rests', async () => {
  const { held, isAtRest } = openAt(101, { seq: 500, above: 9_000, count: 400 })
  isAtRest.value = false
  await Promise.resolve()
  expect(held()).toEqual([101, 500])
  isAtRest.value = true
  await expect.poll(held).toEqual([201, 500])
})

interface Place {
  /** the last of the conversation */
  seq: number
  /** pixels above the view, which is at the end and 1,000 high */
  above: number
  count?: number
}

/** The history of a conversation of which `count` messages are held. */
function openAt(first: number, { seq, above, count = 50 }: Place) {
  const messages = useMessagesStore()
  useConversationsStore().byId.set('c1', aConversation({ seq }))
  messages.windows.set('c1', { ...emptyWindow, messages: page(first, count), state: 'ready' })
  const asked = vi
    .spyOn(useChatClient(), 'listMessages')
    .mockReset()
    .mockImplementation(async ({ beforeSeq, afterSeq = 0 }) => ({
      messages: page(beforeSeq === undefined ? afterSeq + 1 : beforeSeq - 50, 50),
      hasMore: true,
    }))
  const scroller = document.createElement('div')
  Object.defineProperty(scroller, 'clientHeight', { value: 1_000 })
  Object.defineProperty(scroller, 'scrollHeight', { value: 1_000 + above })
  const isAtRest = ref(true)
  const history = effectScope().run(() =>
    useHistory('c1', { scroller: shallowRef(scroller), isAtRest, range: useHeldRange('c1') }),
  )
  if (!history) throw new Error('unable to open the history')
  const held = () => [firstSeq(messages.windowOf('c1')), lastSeq(messages.windowOf('c1'))]
  return { history, held, asked, isAtRest }
}

function page(from: number, count: number): Message[] {
  return Array.from({ length: count }, (_, index) => aMessage({ seq: from + index }))
}
