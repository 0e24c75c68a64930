// Online and last seen, as a page shows them, of a user with one window, several, or none left.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  headerSays,
  listRow,
  openBrowser,
  openConversation,
  openPage,
} from '#rufer/tests/helpers/chat-page.ts'
import { METRICS_TOKEN, readMetrics } from '#rufer/tests/helpers/metrics.ts'
import { hearGone, meet, presencesHeard, type Company } from '#rufer/tests/helpers/people.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

/** A reload takes less than the second that the server waits, but for a machine that is busy just then. */
const RELOADS = 5

let browser: Browser
let server: TestServer

beforeAll(async () => {
  browser = await openBrowser()
  server = await startServer({ env: { RUFER_DEMO: 'true', RUFER_METRICS_TOKEN: METRICS_TOKEN } })
})
afterAll(async () => {
  await browser.close()
  await server.stop()
})

test('a user is online until the last window is closed, and was last seen then', async () => {
  const { alice, bob, mallory, conversationId } = await meetWithoutAlice()
  await bob.request('conversation.open', { userId: mallory.userId })
  const bobs = await openConversation(browser, server, { userId: bob.userId, conversationId })
  await headerSays(bobs, 'last seen just now')

  const first = await openList(alice.userId)
  await headerSays(bobs, 'online')
  const second = await openList(alice.userId)
  await listRow(second, bob.userId).getByText('online').waitFor()
  const { rufer_connections: open } = await readMetrics(server)
  await first.close()
  await expect.poll(async () => (await readMetrics(server))['rufer_connections']).toBe((open ?? 0) - 1)
  // Mallory leaves after that window was closed: when she is offline, Alice would have been before.
  await mallory.close()
  await hearGone(bob, mallory.userId)
  const told = [`${alice.userId} offline`, `${alice.userId} online`, `${mallory.userId} offline`]
  expect(presencesHeard(bob)).toEqual(told)
  await headerSays(bobs, 'online')

  await second.close()
  await headerSays(bobs, 'last seen just now')
  await bob.settled()
  expect(presencesHeard(bob)).toEqual([...told, `${alice.userId} offline`])
})

test('a reload does not blink', async () => {
  const { alice, bob, conversationId } = await meetWithoutAlice()
  const bobs = await openConversation(browser, server, { userId: bob.userId, conversationId })
  const page = await openList(alice.userId)
  await headerSays(bobs, 'online')

  const blinks: number[] = []
  while (blinks.length < RELOADS && blinks.at(-1) !== 0) blinks.push(await blinksOfReload(page, bob))
  expect(blinks.at(-1)).toBe(0)
  await headerSays(bobs, 'online')
})

/** How often Bob was told of anybody while a page of Alice was loaded anew. */
async function blinksOfReload(page: Page, bob: Company['bob']): Promise<number> {
  const before = presencesHeard(bob).length
  await page.reload()
  await listRow(page, bob.userId).getByText('online').waitFor()
  await bob.settled()
  return presencesHeard(bob).length - before
}

async function openList(userId: string): Promise<Page> {
  const page = await openPage(browser, `${server.url}/chat?userId=${userId}`)
  await page.getByText('Chats').waitFor()
  return page
}

/** Alice was there, and has left. */
async function meetWithoutAlice(): Promise<Company> {
  const company = await meet(server)
  await company.alice.close()
  await hearGone(company.bob, company.alice.userId)
  return company
}
