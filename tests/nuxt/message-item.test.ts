// MessageItem: text stays text, and a failed message says so and offers a way out.
import { mountSuspended } from '@nuxt/test-utils/runtime'
import { expect, it } from 'vitest'
import MessageItem from '#rufer/components/message/MessageItem.vue'
import type { MessageRow } from '#rufer/composables/message-rows.ts'
import { INSTANT } from '../helpers/chat-fixtures.ts'

const row: MessageRow = {
  id: 'm1',
  senderId: 'bob',
  text: 'Hello',
  createdAt: INSTANT,
  isOwn: false,
  isDeleted: false,
  status: undefined,
  reason: undefined,
  isUnkept: false,
  message: undefined,
  day: undefined,
  hasDivider: false,
  startsGroup: true,
  endsGroup: true,
}
const others = {
  senderName: 'Bob',
  isNewestOwn: false,
  isWhole: false,
  isCopied: false,
  isDebug: false,
  recipient: 'alice',
}
const props = { row, ...others }

it('shows markup as the text it is', async () => {
  const text = '<img src=x onerror=alert(1)>'
  const item = await mountSuspended(MessageItem, { props: { ...others, row: { ...row, text } } })
  expect(item.find('.text').text()).toBe(text)
  expect(item.find('img').exists()).toBe(false)
})

it('names its sender and time for those who hear it', async () => {
  const item = await mountSuspended(MessageItem, { props })
  expect(item.find('article').attributes('aria-label')).toMatch(/^Bob, \d/)
})

it('says of a deleted message that it is, and offers nothing to do with it', async () => {
  const item = await mountSuspended(MessageItem, {
    props: { ...others, row: { ...row, text: '', isDeleted: true } },
  })
  expect(item.find('.bubble').text()).toMatch(/^Message deleted\s*\d/)
  expect(item.findAll('button, a')).toEqual([])
  expect(item.find('article').attributes('aria-label')).toMatch(/^Bob, \d/)
})

it('says what closing the page would lose', async () => {
  const item = await mountSuspended(MessageItem, {
    props: { ...others, row: { ...row, isOwn: true, status: 'waiting', isUnkept: true } },
  })
  expect(item.text()).toContain('Lost if you close this page')
  await item.setProps({ row: { ...row, isOwn: true, status: 'waiting' } })
  expect(item.text()).not.toContain('Lost')
})

it('says why it was not sent, and offers Retry, Edit and Delete', async () => {
  const item = await mountSuspended(MessageItem, {
    props: { ...others, row: { ...row, isOwn: true, status: 'failed', reason: 'The text is too long.' } },
  })
  expect(item.text()).toMatch(/Not sent.*The text is too long\./s)
  expect(item.findAll('button').map((button) => button.text())).toEqual(['Retry', 'Edit', 'Delete'])
})

it.each([
  ['mouseenter', 'mouseleave'],
  ['focusin', 'focusout'],
])('offers Copy from %s to %s, and while it says that it was', async (begin, end) => {
  const item = await mountSuspended(MessageItem, { props })
  const offers = () => item.findAll('button').map((button) => button.text())
  expect(offers()).toEqual([])
  await item.find('article').trigger(begin)
  expect(offers()).toEqual(['Copy'])
  await item.setProps({ isCopied: true })
  await item.find('article').trigger(end)
  expect(offers()).toEqual(['Copy'])
  await item.setProps({ isCopied: false })
  expect(offers()).toEqual([])
})
