// MessageList: a change of one message renders one row, however many there are.
import { mountSuspended } from '@nuxt/test-utils/runtime'
import { nextTick } from 'vue'
import { expect, it } from 'vitest'
import MessageItem from '#rufer/components/message/MessageItem.vue'
import MessageList from '#rufer/components/message/MessageList.vue'
import type { MessageRow } from '#rufer/composables/message-rows.ts'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
import { emptyWindow } from '#rufer/stores/message-window.ts'
import { useMessagesStore } from '#rufer/stores/messages.ts'
import { aConversation, aMessage, aReceipt, aSession } from '../helpers/chat-fixtures.ts'

const COUNT = 100

it('renders only the rows that a receipt changed', async () => {
  const { rendered } = await mountList()
  const receipt = aReceipt({ deliveredSeq: 3, readSeq: 2, deliveredAt: 'then', readAt: 'then' })
  useMessagesStore().applyReceipt(receipt)
  useConversationsStore().applyReceipt(receipt)
  await settled()
  expect(rendered).toEqual([1, 2, 3])
})

it('renders an arrival, and the row that is no longer the newest', async () => {
  const { rendered, wrapper } = await mountList()
  const arrival = aMessage({ seq: COUNT + 1, senderId: 'alice' })
  useMessagesStore().applyMessage(arrival)
  await useConversationsStore().applyMessage(arrival)
  await settled()
  expect(wrapper.findAll('article')).toHaveLength(COUNT + 1)
  expect(rendered).toEqual([COUNT])
})

/** A list of own messages, and the seqs of the rows rendered anew since. */
async function mountList() {
  const messages = Array.from({ length: COUNT }, (_, index) =>
    aMessage({ seq: index + 1, senderId: 'alice' }),
  )
  useConnectionStore().session = aSession()
  const conversation = aConversation({ seq: COUNT, lastMessage: messages.at(-1) ?? null })
  useConversationsStore().byId.set('c1', conversation)
  useMessagesStore().windows.set('c1', { ...emptyWindow, messages, state: 'ready' })
  const rendered: number[] = []
  const noteUpdates = {
    updated(this: { $: { type: unknown }; $props: { row?: MessageRow } }) {
      if (this.$.type === MessageItem) rendered.push(this.$props.row?.message?.seq ?? 0)
    },
  }
  const wrapper = await mountSuspended(MessageList, {
    props: { conversation, peerName: 'Bob Johnson', peerId: 'bob', isDebug: false },
    global: { mixins: [noteUpdates] },
  })
  await settled()
  expect(wrapper.findAll('article')).toHaveLength(COUNT)
  rendered.length = 0
  return { rendered, wrapper }
}

/** Rows are shown one tick after they are wanted. */
async function settled() {
  await nextTick()
  await nextTick()
  await nextTick()
}
