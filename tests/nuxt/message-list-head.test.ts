// MessageListHead: what stands above the oldest message, and when a wait is shown.
import { mountSuspended } from '@nuxt/test-utils/runtime'
import { expect, it, onTestFinished, vi } from 'vitest'
import MessageListHead from '#rufer/components/message/MessageListHead.vue'
import { emptyWindow, type MessageWindow } from '#rufer/stores/message-window.ts'
import { aMessage } from '../helpers/chat-fixtures.ts'

const ready: MessageWindow = { ...emptyWindow, messages: [aMessage({ seq: 51 })], state: 'ready' }

it('shows nothing of a wait for 150 ms, then skeletons, and words after 2 s', async () => {
  const { shown, pass } = await mountHead({ window: emptyWindow, isEmpty: true })
  expect(shown()).toEqual({ isVisible: false, words: '' })
  await pass(149)
  expect(shown()).toEqual({ isVisible: false, words: '' })
  await pass(1)
  expect(shown()).toEqual({ isVisible: true, words: '' })
  await pass(1_850)
  expect(shown()).toEqual({ isVisible: true, words: 'Still loading…' })
})

it('says so of each wait for older ones anew, not while none is asked for', async () => {
  const { head, shown, pass } = await mountHead({ window: ready, hasOlder: true })
  await pass(5_000)
  expect(shown()).toEqual({ isVisible: true, words: '' })
  for (const _ of [1, 2]) {
    await head.setProps({ window: { ...ready, older: 'loading' } })
    await pass(1_999)
    expect(shown().words).toBe('')
    await pass(1)
    expect(shown().words).toBe('Still loading…')
    await head.setProps({ window: ready })
    expect(shown().words).toBe('')
  }
})

it('offers to try again where it failed', async () => {
  const { head } = await mountHead({ window: { ...ready, older: 'failed' }, hasOlder: true })
  expect(head.text()).toContain('Could not load older messages')
  await head.find('button').trigger('click')
  expect(head.emitted('retry')).toHaveLength(1)
})

it('tells the beginning, and of what is empty how to begin', async () => {
  const { head } = await mountHead({ window: ready })
  expect(head.text()).toBe('Start of your conversation with Bob')
  await head.setProps({ isEmpty: true })
  expect(head.text()).toBe('Say hello to Bob')
})

async function mountHead(props: { window: MessageWindow; hasOlder?: boolean; isEmpty?: boolean }) {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const head = await mountSuspended(MessageListHead, {
    props: { hasOlder: false, isEmpty: false, peerName: 'Bob', ...props },
  })
  return {
    head,
    pass: async (ms: number) => await vi.advanceTimersByTimeAsync(ms),
    shown: () => {
      const skeleton = head.find('.skeleton')
      return { isVisible: skeleton.classes().includes('due'), words: skeleton.text() }
    },
  }
}
