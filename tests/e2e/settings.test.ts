// The settings: theme, what sends, and signing out. Each is kept in the browser.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { composerOf, listRow, openConversation, openPage, shows } from '#rufer/tests/helpers/chat-page.ts'
import { meet } from '#rufer/tests/helpers/people.ts'
import { signInUrl } from '#rufer/tests/helpers/sign-in.ts'
import { openServer, openSite } from '#rufer/tests/helpers/site.ts'

/** where one signs in */
const secured = await openServer()
const { browser, server } = await openSite()

test('the theme changes at once, and the first paint of the next load has it, without any script', async () => {
  const page = await openAlice()
  expect(await schemeOf(page)).toBe('light dark')
  const settings = await openSettings(page)
  await settings.getByRole('radio', { name: 'Dark' }).check()
  await expect.poll(() => schemeOf(page)).toBe('dark')
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(15, 19, 24)')

  const bare = await browser.newContext({ javaScriptEnabled: false, colorScheme: 'light' })
  await bare.addCookies(await page.context().cookies())
  const first = await bare.newPage()
  await first.goto(page.url())
  expect(await first.locator('html').getAttribute('data-theme')).toBe('dark')
  expect(await first.locator('meta[name=color-scheme]').getAttribute('content')).toBe('dark')
  expect(await schemeOf(first)).toBe('dark')
  await bare.close()

  await page.reload()
  expect(await schemeOf(page)).toBe('dark')
  const again = await openSettings(page)
  expect(await again.getByRole('radio', { name: 'Dark' }).isChecked()).toBe(true)
  await again.getByRole('radio', { name: 'As the system' }).check()
  await expect.poll(() => schemeOf(page)).toBe('light dark')
})

test('a cookie that is no theme is the system’s', async () => {
  const response = await fetch(`${server.url}/chat`, {
    headers: { cookie: 'rufer-theme="><script>; other=dark' },
  })
  const html = await response.text()
  expect(html).not.toContain('data-theme')
  expect(html).not.toContain('"><script>;')
})

test('Enter sends, unless that is switched off: then it begins a line, and Ctrl+Enter sends', async () => {
  const { alice, conversationId } = await meet(server)
  const page = await openConversation(browser, server, { userId: alice.userId, conversationId })
  const settings = await openSettings(page)
  const enterSends = settings.getByRole('checkbox', { name: 'Enter sends' })
  expect(await enterSends.isChecked()).toBe(true)
  await enterSends.uncheck()
  await page.keyboard.press('Escape')
  await settings.waitFor({ state: 'hidden' })

  // A reload keeps it.
  await page.reload()
  await composerOf(page).pressSequentially('one')
  await composerOf(page).press('Enter')
  await composerOf(page).pressSequentially('two')
  expect(await composerOf(page).inputValue()).toBe('one\ntwo')
  await composerOf(page).press('Control+Enter')
  await shows(page, ['one\ntwo'])
})

test('on touch Enter begins a line, unless it is switched on', async () => {
  const { alice, conversationId } = await meet(server)
  const context = await browser.newContext({ hasTouch: true, isMobile: true, locale: 'en-GB' })
  const page = await openConversation(browser, server, { userId: alice.userId, conversationId, context })
  await composerOf(page).pressSequentially('one')
  await composerOf(page).press('Enter')
  expect(await composerOf(page).inputValue()).toBe('one\n')
  await page.setViewportSize({ width: 1280, height: 800 })
  const settings = await openSettings(page)
  await settings.getByRole('checkbox', { name: 'Enter sends' }).check()
  await page.keyboard.press('Escape')
  await composerOf(page).fill('two')
  await composerOf(page).press('Enter')
  await shows(page, ['two'])
  await page.close()
  await context.close()
})

test('what is chosen in one tab holds in the others', async () => {
  const page = await openAlice()
  const other = await openPage(browser, page.url(), { context: page.context() })
  await listRow(other, 'Bob Johnson').waitFor()
  const settings = await openSettings(other)
  await (await openSettings(page)).getByRole('checkbox', { name: 'Sound' }).check()
  await expect.poll(() => settings.getByRole('checkbox', { name: 'Sound' }).isChecked()).toBe(true)
})

test('Escape closes the dialog, and the focus is where it was', async () => {
  const page = await openAlice()
  await page.getByRole('button', { name: 'Settings' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'Settings' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog', { name: 'Settings' }).waitFor({ state: 'hidden' })
  expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Settings')
})

test('Sign out ends the session everywhere in this browser; without a connection it says so', async () => {
  const { alice } = await meet(secured)
  const page = await openPage(browser, (await signInUrl(secured, alice.userId)).href)
  await page.getByRole('button').click()
  await page.waitForURL('**/chat')
  await page.getByText('mallory').or(page.locator('nav li')).first().waitFor()
  const signOut = (await openSettings(page)).getByRole('button', { name: 'Sign out' })
  await page.context().setOffline(true)
  await signOut.click()
  await page.getByText('That did not work. Try again in a moment').waitFor()
  await page.context().setOffline(false)
  await signOut.click()
  await page.getByRole('heading', { name: /You were signed out|Sign in needed/ }).waitFor()
  await page.reload()
  await page.getByRole('heading', { name: 'Sign in needed' }).waitFor()
  expect(await page.context().cookies()).toEqual([])
})

test('in demo mode there is nothing to sign out of', async () => {
  const settings = await openSettings(await openAlice())
  expect(await settings.getByRole('button').allTextContents()).toEqual(['Close'])
})

async function openAlice(): Promise<Page> {
  const page = await openPage(browser, `${server.url}/chat?userId=alice`)
  await listRow(page, 'Bob Johnson').waitFor()
  return page
}

async function openSettings(page: Page) {
  await page.getByRole('button', { name: 'Settings' }).click()
  const dialog = page.getByRole('dialog', { name: 'Settings' })
  await dialog.waitFor()
  return dialog
}

async function schemeOf(page: Page): Promise<string> {
  return await page.evaluate(() => getComputedStyle(document.body).colorScheme)
}
