// What a tab in the background tells: how much is unread, in its title and in its icon.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { composerOf, listRow, openChat, openPage } from '#rufer/tests/helpers/chat-page.ts'
import { setVisible } from '#rufer/tests/helpers/looking.ts'
import { meet } from '#rufer/tests/helpers/people.ts'
import { openSite } from '#rufer/tests/helpers/site.ts'

const { browser, server } = await openSite()

test('the title tells how many messages are unread, and with whom one talks; the icon has a dot meanwhile', async () => {
  const { alice, bob, mallory, conversationId } = await meet(server)
  await alice.request('conversation.open', { userId: mallory.userId })
  const page = await openChat(browser, server, { userId: alice.userId, peer: mallory.userId })
  await expect.poll(() => page.title()).toBe(`${mallory.userId} · Rufer`)
  expect(await iconOf(page)).toMatch(/\/favicon\.svg$/)

  for (const text of ['one', 'two', 'three']) await bob.say({ conversationId }, text)
  await expect.poll(() => page.title()).toBe(`(3) ${mallory.userId} · Rufer`)
  await expect.poll(() => iconOf(page)).toMatch(/\/favicon-unread\.svg$/)

  await listRow(page, bob.userId).click()
  await composerOf(page).waitFor()
  await expect.poll(() => page.title()).toBe(`${bob.userId} · Rufer`)
  await expect.poll(() => iconOf(page)).toMatch(/\/favicon\.svg$/)
})

test('what comes to a tab whose frames stand still, as they do in the background, is taken all the same', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const page = await openPage(browser, `${server.url}/chat?userId=${alice.userId}`)
  await listRow(page, bob.userId).getByText('online').waitFor()
  await setVisible(page, false)
  await page.evaluate(() => (globalThis.requestAnimationFrame = () => 0))
  await bob.say({ conversationId }, 'Hello')
  await expect.poll(() => page.title()).toBe('(1) Rufer')
  await expect.poll(() => listRow(page, bob.userId).locator('.preview').textContent()).toBe('Hello')
})

test('both icons can be had', async () => {
  const page = await openPage(browser, server.url)
  for (const path of ['/favicon.svg', '/favicon-unread.svg']) {
    const size = await page.evaluate(async (src) => {
      const image = new Image()
      image.src = src
      await image.decode()
      return image.naturalWidth
    }, path)
    expect(size).toBeGreaterThan(0)
  }
})

async function iconOf(page: Page): Promise<string | null> {
  const icons = page.locator('link[rel=icon]')
  expect(await icons.count()).toBe(1)
  return await icons.getAttribute('href')
}
