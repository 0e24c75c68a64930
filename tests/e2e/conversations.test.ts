// The conversation list and the address: what a row tells, in which order, and which conversation is open.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { composerOf, listCounts, listRow, openChat, openPage, say } from '#rufer/tests/helpers/chat-page.ts'
import { sayAlone } from '#rufer/tests/helpers/crowd.ts'
import { connectNew, meet, registerNew } from '#rufer/tests/helpers/people.ts'
import { openSite } from '#rufer/tests/helpers/site.ts'

const { browser, server } = await openSite()

test('a row tells the newest message, its time and what is unread; rows stand in the order of activity', async () => {
  const [bob, carol] = [await connectNew(server, 'bob'), await connectNew(server, 'carol')]
  const alice = await registerNew(server, 'alice')
  await sayAlone(bob, alice, 'from Bob')
  await sayAlone(carol, alice, 'from Carol')
  const page = await openPage(browser, `${server.url}/chat?userId=${alice}`)
  await expect.poll(() => previews(page)).toEqual(['from Carol', 'from Bob'])
  await listCounts(page, bob.userId, 1)

  const message = await sayAlone(bob, alice, 'Bob again')
  await expect.poll(() => previews(page)).toEqual(['Bob again', 'from Carol'])
  await listCounts(page, bob.userId, 2)
  const time = listRow(page, bob.userId).locator('time')
  expect(await time.getAttribute('datetime')).toBe(message.createdAt)
  expect(await time.textContent()).toMatch(/^\d\d:\d\d$/)

  // From a conversation that the page knew nothing of, which comes with its message.
  const dave = await connectNew(server, 'dave')
  await sayAlone(dave, alice, 'from Dave')
  await expect.poll(() => previews(page)).toEqual(['from Dave', 'Bob again', 'from Carol'])

  await listRow(page, carol.userId).click()
  await say(page, 'to Carol')
  // Not at once: rows stay where they are while the pointer moves among them.
  await expect.poll(() => previews(page)).toEqual(['You: to Carol', 'from Dave', 'Bob again'])
  await listCounts(page, carol.userId, 0)
})

test('the counts are the server’s: a page that comes later shows the same', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const list = `${server.url}/chat?userId=${alice.userId}`
  const early = await openPage(browser, list)
  await listRow(early, bob.userId).getByText('online').waitFor()
  for (const text of ['one', 'two', 'three']) await bob.say({ conversationId }, text)
  await listCounts(early, bob.userId, 3)
  await listCounts(await openPage(browser, list), bob.userId, 3)

  await alice.request('receipt.update', { conversationId, readSeq: 2 })
  await listCounts(early, bob.userId, 1)
  await listCounts(await openPage(browser, list), bob.userId, 1)
  const { conversations } = await alice.request('conversation.list')
  expect(conversations.map(({ unreadCount }) => unreadCount)).toEqual([1])
})

test('a new conversation by user id appears in both lists', async () => {
  const [alice, bob] = [await registerNew(server, 'alice'), await registerNew(server, 'bob')]
  const alices = await openPage(browser, `${server.url}/chat?userId=${alice}`)
  const bobs = await openPage(browser, `${server.url}/chat?userId=${bob}`)
  for (const page of [alices, bobs]) await page.getByText('No conversations yet').waitFor()
  await alices.getByRole('navigation').getByRole('button', { name: 'New conversation' }).click()
  await alices.getByRole('textbox', { name: 'User id' }).fill(bob)
  await alices.getByRole('button', { name: 'Start chatting' }).click()
  await composerOf(alices).waitFor()
  await listRow(bobs, alice).click()
  await composerOf(bobs).waitFor()
  expect(chatIdOf(bobs)).toBe(chatIdOf(alices))
  await say(bobs, 'Hello')
  await expect.poll(() => previews(alices)).toEqual(['Hello'])
})

test('the address follows the selection, and opens it; back and forward go through it', async () => {
  const { alice, bob, mallory, conversationId } = await meet(server)
  const { conversation: other } = await alice.request('conversation.open', { userId: mallory.userId })
  const page = await openChat(browser, server, { userId: alice.userId, peer: bob.userId })
  expect(chatIdOf(page)).toBe(conversationId)
  await listRow(page, mallory.userId).click()
  await isOpen(page, mallory.userId)
  expect(chatIdOf(page)).toBe(other.id)
  expect(new URL(page.url()).searchParams.get('userId')).toBe(alice.userId)

  await page.goBack()
  await isOpen(page, bob.userId)
  await page.goBack()
  await page.getByText('Choose a conversation').waitFor()
  expect(chatIdOf(page)).toBe(null)
  await page.goForward()
  await isOpen(page, bob.userId)
  await page.reload()
  await isOpen(page, bob.userId)
})

test('a conversation of others is none: the page says so, and leads back', async () => {
  const { bob, mallory, conversationId } = await meet(server)
  const url = `${server.url}/chat?userId=${mallory.userId}&chatId=${conversationId}`
  const page = await openPage(browser, url)
  await page.getByRole('heading', { name: 'There is no such conversation' }).waitFor()
  await page.getByRole('link', { name: 'Back to conversations' }).click()
  await page.getByText('Choose a conversation').waitFor()
  expect(await page.textContent('body')).not.toContain(bob.userId)
})

/** The second lines of all rows, from first to last. */
async function previews(page: Page): Promise<string[]> {
  const rows = page.getByRole('navigation', { name: 'Conversations' }).getByRole('link')
  return await rows.locator('.preview').allTextContents()
}

async function isOpen(page: Page, peer: string): Promise<void> {
  await page.getByRole('main').getByRole('heading', { name: peer }).waitFor()
  await expect.poll(() => listRow(page, peer).getAttribute('aria-current')).toBe('page')
}

function chatIdOf(page: Page): string | null {
  return new URL(page.url()).searchParams.get('chatId')
}
