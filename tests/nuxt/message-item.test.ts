// MessageItem: text stays text, and a failed message says so and offers a way out.
import { mountSuspended } from '@nuxt/test-utils/runtime'
import { expect, it } from 'vitest'
import MessageItem from '#rufer/components/message/MessageItem.vue'
import { INSTANT } from '../helpers/chat-fixtures.ts'

const props = {
  id: 'm1',
  text: 'Hello',
  createdAt: INSTANT,
  senderName: 'Bob',
  isOwn: false,
  status: undefined,
  reason: undefined,
  isUnkept: false,
  day: undefined,
  hasDivider: false,
  startsGroup: true,
  endsGroup: true,
  isNewestOwn: false,
  isWhole: false,
  isCopied: false,
  debug: undefined,
  recipient: 'alice',
}

it('shows markup as the text it is', async () => {
  const text = '<img src=x onerror=alert(1)>'
  const item = await mountSuspended(MessageItem, { props: { ...props, text } })
  expect(item.find('.text').text()).toBe(text)
  expect(item.find('img').exists()).toBe(false)
})

it('names its sender and time for those who hear it', async () => {
  const item = await mountSuspended(MessageItem, { props })
  expect(item.find('article').attributes('aria-label')).toMatch(/^Bob, \d/)
})

it('says what closing the page would lose', async () => {
  const item = await mountSuspended(MessageItem, {
    props: { ...props, isOwn: true, status: 'waiting', isUnkept: true },
  })
  expect(item.text()).toContain('Lost if you close this page')
  await item.setProps({ isUnkept: false })
  expect(item.text()).not.toContain('Lost')
})

it('says why it was not sent, and offers Retry, Edit and Delete', async () => {
  const item = await mountSuspended(MessageItem, {
    props: { ...props, isOwn: true, status: 'failed', reason: 'The text is too long.' },
  })
  expect(item.text()).toMatch(/Not sent.*The text is too long\./s)
  expect(item.findAll('button').map((button) => button.text())).toEqual(['Copy', 'Retry', 'Edit', 'Delete'])
})
