// The divider "New messages": where it stands, and that it stays there until one leaves or sends.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import {
  composerOf,
  listCounts,
  listRow,
  openConversation,
  openPage,
  say,
  shows,
} from '#rufer/tests/helpers/chat-page.ts'
import { setVisible } from '#rufer/tests/helpers/looking.ts'
import { meet } from '#rufer/tests/helpers/people.ts'
import { startProxy } from '#rufer/tests/helpers/tcp-proxy.ts'
import { openSite } from '#rufer/tests/helpers/site.ts'

const { browser, server } = await openSite()

test('it stands before the first unread at opening, stays when that is read, and goes when one leaves', async () => {
  const { alice, bob, mallory, conversationId } = await meet(server)
  await alice.request('conversation.open', { userId: mallory.userId })
  await bob.say({ conversationId }, 'read')
  await alice.request('receipt.update', { conversationId, readSeq: 1 })
  for (const text of ['first unread', 'second unread']) await bob.say({ conversationId }, text)
  const page = await openPage(browser, `${server.url}/chat?userId=${alice.userId}`)
  await listRow(page, bob.userId).click()
  await shows(page, ['read', 'first unread', 'second unread'])
  expect(await dividedFrom(page)).toEqual(['first unread'])
  await listCounts(page, bob.userId, 0)
  await bob.say({ conversationId }, 'seen as it comes')
  await shows(page, ['read', 'first unread', 'second unread', 'seen as it comes'])
  await listCounts(page, bob.userId, 0)
  expect(await dividedFrom(page)).toEqual(['first unread'])

  await listRow(page, mallory.userId).click()
  await page.getByText('Say hello').waitFor()
  await listRow(page, bob.userId).click()
  await shows(page, ['read', 'first unread', 'second unread', 'seen as it comes'])
  expect(await dividedFrom(page)).toEqual([])
})

test('it stands before the first that came while nobody looked, also of several at once, and goes with sending', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const page = await openConversation(browser, server, { userId: alice.userId, conversationId })
  await bob.say({ conversationId }, 'seen')
  await shows(page, ['seen'])
  await listCounts(page, bob.userId, 0)
  expect(await dividedFrom(page)).toEqual([])

  await setVisible(page, false)
  const texts = ['unseen 1', 'unseen 2', 'unseen 3']
  await Promise.all(texts.map((text) => bob.say({ conversationId }, text)))
  await shows(page, ['seen', ...texts])
  expect(await dividedFrom(page)).toEqual(['unseen 1'])
  await setVisible(page, true)
  await listCounts(page, bob.userId, 0)
  expect(await dividedFrom(page)).toEqual(['unseen 1'])

  await say(page, 'an answer')
  await shows(page, ['seen', ...texts, 'an answer'])
  expect(await dividedFrom(page)).toEqual([])
})

test('what waited for the connection, and what another window sends, leaves it where it is', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const network = await startProxy(server)
  const page = await openConversation(browser, network, { userId: alice.userId, conversationId })
  await page.getByText('online', { exact: true }).waitFor()
  network.cut()
  await say(page, 'typed offline')
  await page.getByText('Waiting').waitFor()
  await bob.say({ conversationId }, 'missed')
  await setVisible(page, false)
  network.restore()
  await shows(page, ['missed', 'typed offline'])
  await page.locator('[data-status=sent], [data-status=delivered]').waitFor()
  expect(await dividedFrom(page)).toEqual(['missed'])

  await alice.say({ conversationId }, 'from elsewhere')
  await shows(page, ['missed', 'typed offline', 'from elsewhere'])
  expect(await dividedFrom(page)).toEqual(['missed'])
  await setVisible(page, true)
  await composerOf(page).waitFor()
})

/** The texts of the messages that stand right below a divider. */
async function dividedFrom(page: Page): Promise<string[]> {
  return await page.locator('li:has([role=separator]) .text').allTextContents()
}
