// An app that extends this one: it builds, serves the chat, and has it as a part of a page of its own.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { register } from '#rufer/tests/helpers/api.ts'
import {
  composerOf,
  closePages,
  openBrowser,
  openPage,
  ownStatuses,
  say,
} from '#rufer/tests/helpers/chat-page.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

const HOST = join(import.meta.dirname, '../fixtures/host')

let browser: Browser
let server: TestServer

beforeAll(async () => {
  await promisify(execFile)('npx', ['nuxt', 'build', HOST], { maxBuffer: 1e8 })
  browser = await openBrowser()
  server = await startServer({ root: HOST })
  for (const userId of ['alice', 'bob', 'mallory']) await register(server, userId)
}, 600_000)
afterAll(async () => {
  await closePages(browser)
  await server.stop()
})

test('it serves /chat, the API and sockets', async () => {
  const page = await fetch(`${server.url}/chat`)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('<title>')
  const { status } = await askToken({ cookie: 'host-session=alice' })
  expect(status).toBe(200)
})

test('its own token route stands in place of ours, and takes no user from outside', async () => {
  expect((await askToken({})).status).toBe(403)
  const page = await openSupport('alice', '?userId=mallory')
  await beginWith(page, 'bob')
  await say(page, 'Hello')
  await ownStatuses(page, ['sent'])
  expect(new URL(page.url()).pathname).toBe('/support')
  const bobs = await openSupport('bob')
  await bobs.getByRole('link', { name: 'alice' }).waitFor()
  expect(await bobs.getByRole('link', { name: 'mallory' }).count()).toBe(0)
})

test('the chat fits into its place, and what is around it stays as the host made it', async () => {
  const page = await openSupport('bob')
  const chat = page.locator('.chat')
  const frame = await chat.boundingBox()
  const list = await chat.getByRole('navigation', { name: 'Conversations' }).boundingBox()
  // One pane, as on a phone, however wide the screen is.
  expect(list?.width).toBe(frame?.width)
  expect(frame).toMatchObject({ width: 400, height: 500 })
  const inside = await page
    .locator('.chat *')
    .evaluateAll((all) =>
      all.filter((one) => one.checkVisibility() && one.scrollWidth > 401).map(({ className }) => className),
    )
  expect(inside).toEqual([])

  const styleOf = (selector: string) =>
    page.locator(selector).evaluate((one) => {
      const { color, marginTop, backgroundColor, colorScheme } = getComputedStyle(one)
      return { color, marginTop, backgroundColor, colorScheme }
    })
  const heading = await styleOf('h1:text-is("Support")')
  expect(heading).toMatchObject({ color: 'rgb(200, 0, 0)', marginTop: '40px' })
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('radio', { name: 'Dark' }).check()
  await expect.poll(() => styleOf('.chat .rufer')).toMatchObject({ backgroundColor: 'rgb(15, 19, 24)' })
  expect(await styleOf('h1:text-is("Support")')).toEqual(heading)
  expect(await styleOf('body')).toMatchObject({ backgroundColor: 'rgba(0, 0, 0, 0)', colorScheme: 'normal' })
  expect(await page.title()).not.toContain('Rufer')
})

test('in the address of its page is which conversation is open', async () => {
  const page = await openSupport('bob')
  await beginWith(page, 'mallory')
  await composerOf(page).waitFor()
  expect(new URL(page.url()).pathname).toBe('/support')
  await page.reload()
  await page.getByRole('heading', { name: 'mallory' }).waitFor()
  expect(await composerOf(page).isVisible()).toBe(true)
})

/** The host's page, as one of its users. */
async function openSupport(userId: string, search = ''): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB' })
  await context.addCookies([{ name: 'host-session', value: userId, url: server.url }])
  const page = await openPage(browser, `${server.url}/support${search}`, { context })
  await page.getByRole('navigation', { name: 'Conversations' }).waitFor()
  return page
}

async function beginWith(page: Page, userId: string): Promise<void> {
  // the page is shown before it is connected, and says so where one is that quick
  const list = page.getByRole('navigation', { name: 'Conversations' })
  await list.getByRole('link').or(list.getByText('No conversations yet')).first().waitFor()
  await page.getByRole('button', { name: 'New conversation' }).first().click()
  await page.getByRole('textbox', { name: 'User id' }).fill(userId)
  await page.getByRole('button', { name: 'Start chatting' }).click()
}

function askToken(headers: Record<string, string>) {
  return fetch(`${server.url}/api/session-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ userId: 'mallory' }),
  })
}
