// A real browser for tests: chat pages that fail their test for any error they reported, and for all that they missed.
import { chromium, type Browser, type BrowserContext, type ElementHandle, type Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { findOrInstallChromium } from '#rufer/scripts/chromium.ts'
import { gapsOf } from './page-gaps.ts'
import type { TestServer } from './server.ts'

/** What a browser says about a server that is away. */
const AWAY = /net::ERR_|WebSocket connection to|Failed to load resource/

export interface PageOptions {
  /** the browser profile it belongs to, for two windows of one browser; @default one of its own */
  context?: BrowserContext
  /** called before anything is loaded */
  prepare?: (page: Page) => void | Promise<void>
  /** how often it must have missed something at the end; @default 0 */
  gaps?: number
}

/** Where a page is opened, by its server or by a proxy before it. */
export type Site = Pick<TestServer, 'url'>

/** The browser of all test files that run in this process; it ends with the process. */
export function openBrowser(): Promise<Browser> {
  return (shared ??= chromium.launch({ executablePath: findOrInstallChromium() }))
}

/** Closes all that is open in the browser, so that the next file finds it as if it were new. */
export async function closePages(browser: Browser): Promise<void> {
  await Promise.all(browser.contexts().map((context) => context.close()))
}

/** Opens a page; when the test ends it must have reported no error and missed nothing. */
export async function openPage(browser: Browser, url: string, options: PageOptions = {}): Promise<Page> {
  const context = options.context ?? (await browser.newContext({ locale: 'en-GB' }))
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    const isProblem = message.type() === 'error' || message.type() === 'warning'
    if (isProblem && !AWAY.test(message.text())) errors.push(message.text())
  })
  onTestFinished(async () => {
    const gaps = await gapsOf(page)
    // A profile that was given is closed by the page that it was made for.
    await (options.context ? page : context).close()
    expect(errors).toEqual([])
    expect(gaps).toBe(options.gaps ?? 0)
  })
  await options.prepare?.(page)
  await page.goto(url)
  return page
}

/** The chat page of a user of the demo, with the conversation with `peer` open. */
export async function openChat(
  browser: Browser,
  site: Site,
  { userId, peer, ...options }: PageOptions & { userId: string; peer: string },
): Promise<Page> {
  const page = await openPage(browser, `${site.url}/chat?userId=${userId}`, options)
  await page.getByRole('link', { name: peer }).click()
  await composerOf(page).waitFor()
  return page
}

/** The chat page of a user, with a conversation open that the address names. */
export async function openConversation(
  browser: Browser,
  site: Site,
  { userId, conversationId, ...options }: PageOptions & { userId: string; conversationId: string },
): Promise<Page> {
  const url = `${site.url}/chat?userId=${userId}&chatId=${conversationId}`
  const page = await openPage(browser, url, options)
  await composerOf(page).waitFor()
  return page
}

export function composerOf(page: Page) {
  return page.getByRole('textbox', { name: 'Message to' })
}

/** Types a message into the composer and sends it with Enter. */
export async function say(page: Page, text: string): Promise<void> {
  const composer = composerOf(page)
  await composer.fill(text)
  await composer.press('Enter')
}

/** The texts of all messages, as shown, from first to last. */
export async function textsOf(page: Page): Promise<string[]> {
  return await page.locator('article .text').allTextContents()
}

/** Waits until these are the messages shown, and no others. */
export async function shows(page: Page, texts: string[]): Promise<void> {
  await expect.poll(() => textsOf(page)).toEqual(texts)
}

/** How far the own messages have come, from first to last. */
export async function statusesOf(page: Page): Promise<(string | null)[]> {
  const marks = page.locator('[data-status]')
  return await marks.evaluateAll((all) => all.map((mark) => mark.getAttribute('data-status')))
}

/** Waits until the own messages have come this far. */
export async function ownStatuses(page: Page, statuses: string[]): Promise<void> {
  await expect.poll(() => statusesOf(page)).toEqual(statuses)
}

/** Waits until the line under the name of the open conversation says that. */
export async function headerSays(page: Page, line: string | RegExp): Promise<void> {
  await expect.poll(() => lineOf(page)).toMatch(line)
}

/** The line under the name of the open conversation. */
export async function lineOf(page: Page): Promise<string | null> {
  return await page.locator('main header .line').textContent()
}

/**
 * Types key after key until somebody sees that: a sign of it ends by itself before a busy machine has looked, and one that
 * comes sooner after the last than the server relays it is told with a later key.
 */
export async function typeUntil(page: Page, look: () => unknown, seen: unknown): Promise<void> {
  await expect
    .poll(async () => {
      await composerOf(page).press('x')
      return await look()
    })
    .toEqual(seen)
}

/** Resolves once the page says that, however briefly: to be called before that may happen, and waited for then. */
export async function seenInPage(page: Page, where: { text: string; within: string }): Promise<void> {
  await page.waitForFunction(
    ({ text, within }) =>
      [...document.querySelectorAll(within)].some((one) => one.textContent.trim() === text),
    where,
  )
}

/** The row of the conversation list with somebody. */
export function listRow(page: Page, peer: string) {
  return page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: peer })
}

/** Waits until the row with somebody counts so many unread messages; 0: no count is shown. */
export async function listCounts(page: Page, peer: string, count: number): Promise<void> {
  await expect
    .poll(() => listRow(page, peer).locator('.badge').allTextContents())
    .toEqual(count === 0 ? [] : [`${count} unread`])
}

/** The element of the last message, to see whether it stays the same. */
export async function lastRow(page: Page): Promise<ElementHandle<SVGElement | HTMLElement>> {
  return await page.locator('ol > li:has(article)').last().elementHandle({ timeout: 10_000 })
}

// --- Internal helpers ---

let shared: Promise<Browser> | undefined
