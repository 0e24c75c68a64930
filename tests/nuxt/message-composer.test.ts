// MessageComposer: which keys send, what cannot be sent, and that nothing typed is lost.
import { mountSuspended } from '@nuxt/test-utils/runtime'
import { afterEach, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import MessageComposer from '#rufer/components/message/MessageComposer.vue'
import { provideComposer, useComposerFocus } from '#rufer/composables/useComposerFocus.ts'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useMessagesStore, type OutboxRow } from '#rufer/stores/messages.ts'
import { aSession, INSTANT } from '../helpers/chat-fixtures.ts'

const ENTER = { key: 'Enter' }

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it.each([
  ['Enter', ENTER, true],
  ['Ctrl+Enter', { ...ENTER, ctrlKey: true }, true],
  ['Shift+Enter', { ...ENTER, shiftKey: true }, false],
  ['the Enter of an input method', { ...ENTER, isComposing: true }, false],
  ['a key of an input method', { ...ENTER, keyCode: 229 }, false],
])('%s sends or breaks the line', async (_, key, sends) => {
  const { type, press, texts } = await mountComposer()
  await type('hello')
  expect(await press(key)).toBe(sends)
  expect(texts()).toEqual(sends ? ['hello'] : [])
})

it('does not take the Enter that ends a composition for one that sends', async () => {
  const { field, type, press, texts } = await mountComposer()
  await type('你好')
  vi.useFakeTimers({ toFake: ['performance'] })
  await field.trigger('compositionend')
  expect(await press(ENTER)).toBe(false)
  vi.advanceTimersByTime(50)
  expect(await press(ENTER)).toBe(true)
  expect(texts()).toEqual(['你好'])
})

it('breaks the line at Enter where fingers type, and sends at Ctrl+Enter', async () => {
  vi.stubGlobal('matchMedia', (media: string) => ({
    matches: media === '(pointer: coarse)',
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }))
  const { type, press } = await mountComposer()
  await type('hello')
  expect(await press(ENTER)).toBe(false)
  expect(await press({ ...ENTER, ctrlKey: true })).toBe(true)
})

it('sends the same text twice as two messages, and blank text not at all', async () => {
  const { type, press, texts } = await mountComposer()
  for (const text of ['same', 'same', ' \n ']) {
    await type(text)
    await press(ENTER)
  }
  expect(texts()).toEqual(['same', 'same'])
})

it('counts in code points, and sends nothing too long, nor cuts it', async () => {
  const { wrapper, field, type, press, texts } = await mountComposer()
  await type('🎉'.repeat(9_000))
  expect(wrapper.find('.counter').text()).toBe('9000 of 10000')
  await type('🎉'.repeat(10_230))
  expect(wrapper.find('.counter').text()).toBe('230 characters too long')
  await press(ENTER)
  expect(texts()).toEqual([])
  expect(field.element.value).toHaveLength(20_460)
})

it('takes text only', async () => {
  const { wrapper, field } = await mountComposer()
  const paste = (types: string[]) => field.trigger('paste', { clipboardData: { files: [{}], types } })
  await paste(['Files', 'text/plain'])
  expect(wrapper.text()).not.toContain('Only text')
  await paste(['Files'])
  expect(wrapper.text()).toContain('Only text can be sent')
})

it('edits a failed message, which stays until its text is sent', async () => {
  const { field, type, press, edit, removed } = await mountComposer([failedRow('text-too-long')])
  await type('typed already')
  await edit()
  await edit()
  expect(field.element.value).toBe('not sent\ntyped already')
  expect(removed).toEqual([])
  await press(ENTER)
  expect(removed).toEqual(['failed'])
})

it('leaves a failed message alone whose text was cleared away again', async () => {
  const { type, press, edit, removed } = await mountComposer([failedRow('text-too-long')])
  await edit()
  await type('')
  await type('something else')
  await press(ENTER)
  expect(removed).toEqual([])
})

it('can be read but not typed into when the conversation is gone', async () => {
  const { wrapper, field } = await mountComposer([failedRow('conversation-not-found')])
  expect(field.element.readOnly).toBe(true)
  expect(wrapper.text()).toContain('This conversation is gone')
})

async function mountComposer(outbox: OutboxRow[] = []) {
  const messages = useMessagesStore()
  useConnectionStore().session = aSession()
  messages.applyOutbox(outbox)
  const sent: string[] = []
  const removed: string[] = []
  // The server is not part of this: what the store is asked for is.
  messages.send = (_, text) => void sent.push(text)
  messages.remove = (id) => void removed.push(id)
  let composer: ReturnType<typeof useComposerFocus> | undefined
  const Row = defineComponent(() => {
    composer = useComposerFocus()
    return () => undefined
  })
  const Pane = defineComponent(() => {
    provideComposer()
    return () => [h(MessageComposer, { conversationId: 'c1', peerName: 'Bob' }), h(Row)]
  })
  const wrapper = await mountSuspended(Pane)
  const field = wrapper.find('textarea')
  return {
    wrapper,
    field,
    removed,
    texts: () => sent,
    type: async (text: string) => await field.setValue(text),
    /** Tells whether the key was taken, instead of breaking the line. */
    press: async (init: object) => {
      const event = new KeyboardEvent('keydown', { cancelable: true, bubbles: true, ...init })
      field.element.dispatchEvent(event)
      await wrapper.vm.$nextTick()
      return event.defaultPrevented
    },
    edit: async () => {
      composer?.edit({ id: 'failed', text: 'not sent' })
      await wrapper.vm.$nextTick()
    },
  }
}

function failedRow(code: 'text-too-long' | 'conversation-not-found'): OutboxRow {
  const error = { code, message: code }
  const row = { id: 'failed', text: 'not sent', createdAt: INSTANT, conversationId: 'c1', isKept: true }
  return { ...row, state: 'failed', error }
}
