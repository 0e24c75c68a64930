// The conversation list: what rows that come above do to those in view.
import { expect, it, onTestFinished } from 'vitest'
import { createPinia, setActivePinia } from 'pinia'
import { effectScope, nextTick, shallowRef } from 'vue'
import { useConversationList } from '#rufer/composables/useConversationList.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
import { aConversation, aMessage } from '../helpers/chat-fixtures.ts'

const ROW = 50

it('leaves the rows in view where they are, also where the event of the scrolling is still to come', async () => {
  const { scroller, comeToTop } = openList(40)
  scroller.scrollTop = 600
  await comeToTop('c39')
  expect(scroller.scrollTop).toBe(600 + ROW)
  scroller.scrollTop = 800
  await comeToTop('c38')
  expect(scroller.scrollTop).toBe(800 + ROW)
})

it('stays at its top when a row comes there', async () => {
  const { scroller, comeToTop } = openList(40)
  await comeToTop('c39')
  expect(scroller.scrollTop).toBe(0)
})

/** A list of conversations, `c0` first, in a scroller of ten rows. */
function openList(count: number) {
  setActivePinia(createPinia())
  const conversations = useConversationsStore()
  for (let index = 0; index < count; index++)
    conversations.put(aConversation({ id: `c${index}`, updatedAt: instant(-index) }))
  const scroller = document.createElement('div')
  scroller.style.setProperty('--row', `${ROW}px`)
  scroller.style.paddingBottom = '0px'
  Object.defineProperty(scroller, 'clientHeight', { value: 10 * ROW })
  document.body.append(scroller)
  const scope = effectScope()
  scope.run(() => useConversationList(shallowRef(scroller)))
  onTestFinished(() => {
    scope.stop()
    scroller.remove()
  })
  let news = 0
  const comeToTop = async (conversationId: string) => {
    await conversations.applyMessage(aMessage({ conversationId, seq: 1, createdAt: instant(++news) }))
    await nextTick()
    await nextTick()
  }
  return { scroller, comeToTop }
}

/** That many minutes after noon. */
function instant(minutes: number): string {
  return new Date(Date.UTC(2026, 0, 1, 12, minutes)).toISOString()
}
