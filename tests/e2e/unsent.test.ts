// What is not sent yet: it outlives its tab, is sent by one tab alone, and says so where it would be lost.
import type { Page, WebSocketRoute } from 'playwright-core'
import { expect, test } from 'vitest'
import {
  composerOf,
  headerSays,
  openConversation,
  openPage,
  ownStatuses,
  say,
  shows,
  textsOf,
  type PageOptions,
  type Site,
} from '#rufer/tests/helpers/chat-page.ts'
import { setVisible } from '#rufer/tests/helpers/looking.ts'
import { meet, UNHURRIED, type Company } from '#rufer/tests/helpers/people.ts'
import { signInUrl } from '#rufer/tests/helpers/sign-in.ts'
import { startProxy } from '#rufer/tests/helpers/tcp-proxy.ts'
import { createWireTap, type WireTap } from '#rufer/tests/helpers/wire-tap.ts'
import { openServer, openSite, startDemo } from '#rufer/tests/helpers/site.ts'

/** where one signs in */
const secured = await openServer()
const { browser, server } = await openSite(() => startDemo(UNHURRIED))

test('a message written offline, its tab closed and opened again, is sent once, in order', async () => {
  const { bob, ...company } = await meet(server)
  const network = await startProxy(server)
  const first = await openTab(network, company)
  network.cut()
  for (const text of ['one', 'two']) await say(first.page, text)
  await ownStatuses(first.page, ['waiting', 'waiting'])
  await first.page.close()
  network.restore()

  const second = await openTab(network, company, { context: first.page.context() })
  // The browser lets go of what a page held soon after it is closed.
  await expect
    .poll(async () => {
      await becomeVisible(second.page)
      return await textsOf(second.page)
    })
    .toEqual(['one', 'two'])
  await ownStatuses(second.page, ['sent', 'sent'])
  await say(second.page, 'three')
  await ownStatuses(second.page, ['sent', 'sent', 'sent'])
  expect(textsSent(first, second)).toEqual(['one', 'two', 'three'])
  const { messages } = await bob.request('message.list', { conversationId: company.conversationId })
  expect(messages.map(({ text }) => text)).toEqual(['one', 'two', 'three'])
  expect(await keysOf(second.page)).toEqual([])
})

test('of several tabs the one that has it sends it; when that is closed, one of the others does', async () => {
  const { bob, ...company } = await meet(server)
  const wire = createBreakable()
  const writing = await openTab(server, company, {
    prepare: (page) => page.routeWebSocket('**/ws', wire.join),
  })
  const context = writing.page.context()
  wire.cut()
  for (const text of ['one', 'two']) await say(writing.page, text)
  await ownStatuses(writing.page, ['waiting', 'waiting'])

  const others = [
    await openTab(server, company, { context }),
    await openTab(server, company, { context }),
  ] as const
  for (const { page } of others) await becomeVisible(page)
  await say(others[0].page, 'mine')
  expect((await bob.next('message.created')).message.text).toBe('mine')
  // told by the browser, and so perhaps later than by the server
  await expect.poll(() => textsSent(...others)).toEqual(['mine'])
  await ownStatuses(writing.page, ['waiting', 'waiting'])

  await writing.page.close()
  await expect
    .poll(async () => {
      for (const { page } of others) await becomeVisible(page)
      return textsSent(...others).length
    })
    .toBe(3)
  for (const { page } of others) await shows(page, ['mine', 'one', 'two'])
  expect(textsSent(...others)).toEqual(['mine', 'one', 'two'])
})

test.each(['full', 'blocked'])(
  'what a %s storage does not keep waits all the same, and says so',
  async (how) => {
    const company = await meet(server)
    const network = await startProxy(server)
    const { page } = await openTab(network, company, {
      prepare: async (opened) => void (await opened.addInitScript(spoilStorage, how)),
    })
    network.cut()
    await say(page, 'not kept')
    await ownStatuses(page, ['waiting'])
    await page.getByText('Lost if you close this page').waitFor()
    network.restore()
    await ownStatuses(page, ['sent'])
    expect(await page.getByText('Lost if you close').count()).toBe(0)
  },
)

test('signing out in one tab forgets what another has unsent', async () => {
  const { alice, conversationId } = await meet(secured)
  const network = await startProxy(secured)
  const { pathname, search } = await signInUrl(secured, alice.userId)
  const page = await openPage(browser, `${network.url}${pathname}${search}`)
  await page.getByRole('button').click()
  await page.waitForURL('**/chat')
  await page.goto(`${network.url}/chat?chatId=${conversationId}`)
  await composerOf(page).waitFor()
  network.hold('client')
  await say(page, 'not for the next one here')
  await ownStatuses(page, ['sending'])
  expect(await keysOf(page)).toHaveLength(1)
  const cookies = await page.context().cookies()
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  const { ok } = await fetch(`${secured.url}/api/sign-out`, { method: 'POST', headers: { cookie } })
  expect(ok).toBe(true)
  await page.getByRole('heading', { name: 'You were signed out' }).waitFor()
  expect(await keysOf(page)).toEqual([])
})

interface Tab {
  page: Page
  tap: WireTap
}

/** A tab of alice, in a profile of its own unless told otherwise. */
async function openTab(
  site: Site,
  { alice, conversationId }: Pick<Company, 'alice' | 'conversationId'>,
  { prepare, ...options }: PageOptions = {},
): Promise<Tab> {
  const tap = createWireTap()
  const page = await openConversation(browser, site, {
    ...options,
    userId: alice.userId,
    conversationId,
    async prepare(opened) {
      tap.listen(opened)
      await prepare?.(opened)
    },
  })
  await headerSays(page, 'online')
  return { page, tap }
}

/** The way of one page's sockets, which can be cut for good. */
function createBreakable() {
  let isCut = false
  let open: WebSocketRoute | undefined
  return {
    join: (route: WebSocketRoute) => {
      open = route
      if (isCut) void route.close({ code: 4408 })
      else route.connectToServer()
    },
    cut() {
      isCut = true
      void open?.close({ code: 4408 })
    },
  }
}

function textsSent(...tabs: Tab[]): unknown[] {
  return tabs.flatMap(({ tap }) => tap.requests('message.send').map(({ text }) => text))
}

/** What the storage of the page's browser holds of unsent messages. */
async function keysOf(page: Page): Promise<string[]> {
  const keys = await page.evaluate(() => Object.keys(localStorage))
  return keys.filter((key) => key.startsWith('rufer:outbox:'))
}

/** As a browser whose storage takes nothing more, or is switched off. Runs in the page. */
function spoilStorage(how: string) {
  const refuse = () => {
    throw new DOMException(how, how === 'full' ? 'QuotaExceededError' : 'SecurityError')
  }
  if (how === 'full') Storage.prototype.setItem = refuse
  else Object.defineProperty(globalThis, 'localStorage', { get: refuse })
}

async function becomeVisible(page: Page) {
  await setVisible(page, false)
  await setVisible(page, true)
}
