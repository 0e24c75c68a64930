// Delivered and read: confirmed by the recipient's page alone, and read only where somebody saw it.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import {
  composerOf,
  lineOf,
  listCounts,
  listRow,
  openConversation,
  openPage,
  ownStatuses,
  say,
  shows,
  statusesOf,
} from '#rufer/tests/helpers/chat-page.ts'
import type { TestClient } from '#rufer/tests/helpers/client.ts'
import { setVisible, takeFocus } from '#rufer/tests/helpers/looking.ts'
import { meet, UNHURRIED, type Company } from '#rufer/tests/helpers/people.ts'
import { openSite, startDemo } from '#rufer/tests/helpers/site.ts'

const { browser, server } = await openSite(() => startDemo(UNHURRIED))

test('a message is delivered when the page of its recipient confirms it, not before', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const page = await openConversation(browser, server, { userId: alice.userId, conversationId })
  await say(page, 'Hello')
  // Bob's device got it, but confirms nothing: what it says next comes after all that it could have said.
  await bob.next('message.created')
  await expect
    .poll(async () => {
      await bob.request('typing.start', { conversationId })
      return await lineOf(page)
    })
    .toBe('typing…')
  expect(await statusesOf(page)).toEqual(['sent'])

  const bobsPage = await openPage(browser, `${server.url}/chat?userId=${bob.userId}`)
  await ownStatuses(page, ['delivered'])
  await listRow(bobsPage, alice.userId).click()
  await ownStatuses(page, ['read'])
})

test.each<[string, (page: Page) => Promise<() => Promise<void>>]>([
  ['in a window without the focus', takeFocus],
  ['in a hidden page', hide],
  ['on a machine nobody touched for three minutes', leaveAlone],
])('a message %s is delivered but not read, until somebody looks', async (_, lookAway) => {
  const { alice, bob, conversationId } = await meet(server)
  const page = await openConversation(browser, server, {
    userId: bob.userId,
    conversationId,
    prepare: (opened) => opened.clock.install(),
  })
  await page.getByText('Say hello').waitFor()
  await alice.say({ conversationId }, 'seen')
  await receiptFrom(alice, { deliveredSeq: 1, readSeq: 1 })

  const lookBack = await lookAway(page)
  await alice.say({ conversationId }, 'not seen')
  await shows(page, ['seen', 'not seen'])
  await receiptFrom(alice, { deliveredSeq: 2, readSeq: 1 })
  await allSaid(page, alice)
  expect(await readSeqOf(bob, { alice, conversationId })).toBe(1)

  await lookBack()
  await receiptFrom(alice, { deliveredSeq: 2, readSeq: 2 })
})

test('a message in a window without the focus is read where its list is scrolled by hand', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const page = await openConversation(browser, server, { userId: bob.userId, conversationId })
  await page.getByText('Say hello').waitFor()
  await takeFocus(page)
  await alice.say({ conversationId }, 'seen beside another window')
  await receiptFrom(alice, { deliveredSeq: 1, readSeq: 0 })
  expect(await readSeqOf(bob, { alice, conversationId })).toBe(0)
  // It counts as looked at for 2 s, in which a busy page may not come to see its rows.
  await expect
    .poll(async () => {
      await page.getByRole('region', { name: 'Messages' }).dispatchEvent('wheel')
      return alice
        .pending('receipt.updated')
        .map(({ receipt: { deliveredSeq, readSeq } }) => [deliveredSeq, readSeq])
    })
    .toEqual([[1, 1]])
})

test('a message out of sight is delivered but not read, until it is scrolled into view', async () => {
  const { alice, bob, conversationId } = await meet(server)
  for (let count = 1; count <= 30; count++) await alice.say({ conversationId }, `message ${count}`)
  const page = await openConversation(browser, server, {
    userId: bob.userId,
    conversationId,
    prepare: (opened) => opened.clock.install(),
  })
  await page.getByRole('separator').waitFor()
  const seen = await lastInView(page)
  expect(seen).toBeLessThan(30)
  await receiptFrom(alice, { deliveredSeq: 30, readSeq: seen })
  await allSaid(page, alice)
  expect(await readSeqOf(bob, { alice, conversationId })).toBe(seen)
  await listCounts(page, alice.userId, 30 - seen)

  await page.getByRole('region', { name: 'Messages' }).hover()
  await page.mouse.wheel(0, 10_000)
  await receiptFrom(alice, { deliveredSeq: 30, readSeq: 30 })
  await listCounts(page, alice.userId, 0)
})

test('all windows of a user agree on what is read, and all of the sender on the ticks', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const ofAlice = { userId: alice.userId, conversationId }
  const [alices, alicesOther] = [
    await openConversation(browser, server, ofAlice),
    await openConversation(browser, server, ofAlice),
  ]
  const listOfBob = `${server.url}/chat?userId=${bob.userId}`
  const [bobs, bobsOther] = [await openPage(browser, listOfBob), await openPage(browser, listOfBob)]
  await say(alices, 'one')
  await say(alicesOther, 'two')
  for (const page of [bobs, bobsOther]) await listCounts(page, alice.userId, 2)
  await expect.poll(() => bobs.title()).toBe('(2) Rufer')
  for (const page of [alices, alicesOther]) await ownStatuses(page, ['delivered', 'delivered'])
  expect(await unreadOf(bob, conversationId)).toBe(2)

  await listRow(bobs, alice.userId).click()
  for (const page of [bobs, bobsOther]) await listCounts(page, alice.userId, 0)
  await expect.poll(() => bobsOther.title()).toBe('Rufer')
  for (const page of [alices, alicesOther]) await ownStatuses(page, ['read', 'read'])
  expect(await unreadOf(bob, conversationId)).toBe(0)
})

async function hide(page: Page) {
  await setVisible(page, false)
  return () => setVisible(page, true)
}

async function leaveAlone(page: Page) {
  await page.clock.fastForward('03:10')
  return () => page.mouse.move(200, 200)
}

/** The next receipt that says so; earlier ones may say less. */
async function receiptFrom(alice: TestClient, markers: object): Promise<void> {
  await expect.poll(async () => (await alice.next('receipt.updated')).receipt).toMatchObject(markers)
}

/** Waits until Bob's page said all it would say by itself: its time passes, then it says something else. */
async function allSaid(page: Page, alice: TestClient): Promise<void> {
  await page.clock.runFor(3_000)
  // A key would say that somebody is there.
  await composerOf(page).evaluate((field: HTMLTextAreaElement) => {
    field.value = 'I am typing'
    field.dispatchEvent(new Event('input', { bubbles: true }))
  })
  await alice.next('typing.started')
}

async function readSeqOf(
  { userId }: TestClient,
  { alice, conversationId }: Pick<Company, 'alice' | 'conversationId'>,
) {
  const { conversation } = await alice.request('conversation.get', { conversationId })
  return conversation.members.find((member) => member.userId === userId)?.readSeq
}

async function unreadOf(client: TestClient, conversationId: string): Promise<number> {
  const { conversation } = await client.request('conversation.get', { conversationId })
  return conversation.unreadCount
}

/** The seq of the last message whose end can be seen. */
async function lastInView(page: Page): Promise<number> {
  return await page.getByRole('region', { name: 'Messages' }).evaluate((scroller) => {
    const { bottom } = scroller.getBoundingClientRect()
    const rows = [...scroller.querySelectorAll('[data-seq]')]
    const seen = rows.findLast((row) => row.getBoundingClientRect().bottom <= bottom)
    return Number(seen?.getAttribute('data-seq'))
  })
}
