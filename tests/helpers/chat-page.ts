// A real browser for tests: chat pages that fail their test for any error they reported.
import { chromium, type Browser, type Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { findOrInstallChromium } from '#rufer/scripts/chromium.ts'
import type { TestServer } from './server.ts'

/** What a browser says about a server that is away. */
const AWAY = /net::ERR_|WebSocket connection to|Failed to load resource/

export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: findOrInstallChromium() })
}

/** Opens a page in a context of its own; when the test ends it must have reported no error. */
export async function openPage(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB' })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    const isProblem = message.type() === 'error' || message.type() === 'warning'
    if (isProblem && !AWAY.test(message.text())) errors.push(message.text())
  })
  onTestFinished(async () => {
    await context.close()
    expect(errors).toEqual([])
  })
  await page.goto(url)
  return page
}

/** The chat page of a user of the demo, with the conversation with `peer` open. */
export async function openChat(
  browser: Browser,
  server: TestServer,
  { userId, peer }: { userId: string; peer: string },
): Promise<Page> {
  const page = await openPage(browser, `${server.url}/chat?userId=${userId}`)
  await page.getByRole('link', { name: peer }).click()
  await page.getByRole('textbox', { name: 'Message to' }).waitFor()
  return page
}

/** Types a message into the composer and sends it with Enter. */
export async function say(page: Page, text: string): Promise<void> {
  const composer = page.getByRole('textbox', { name: 'Message to' })
  await composer.fill(text)
  await composer.press('Enter')
}

/** The texts of all messages, as shown, from first to last. */
export async function textsOf(page: Page): Promise<string[]> {
  return await page.locator('article .text').allTextContents()
}
