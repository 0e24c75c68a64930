// Connections that end: the page comes back by itself, catches up, and what was typed meanwhile arrives once, in order.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import {
  headerSays,
  lastRow,
  openConversation,
  ownStatuses,
  say,
  shows,
  statusesOf,
  textsOf,
  type Site,
} from '#rufer/tests/helpers/chat-page.ts'
import { setVisible } from '#rufer/tests/helpers/looking.ts'
import { meet, UNHURRIED } from '#rufer/tests/helpers/people.ts'
import { startProxy } from '#rufer/tests/helpers/tcp-proxy.ts'
import { createWireTap } from '#rufer/tests/helpers/wire-tap.ts'
import { openSite, startDemo } from '#rufer/tests/helpers/site.ts'

const IN_DOUBT = 'stored, but its reply is lost'
/** As far ahead as no time between two looks at a page's clock, which must not be turned back. */
const MINUTE_MS = 60_000
/** Who was without a connection for long waits up to 30 s until the next attempt. */
const BACK_MS = 60_000

const { browser, server } = await openSite(() => startDemo(UNHURRIED))

test('after a cut: a fresh token, then what was missed, then what waits, under the same ids', async () => {
  const { page, tap, network, bob, conversationId } = await openBehindProxy()
  await say(page, 'before')
  await ownStatuses(page, ['sent'])

  network.hold('server')
  await say(page, IN_DOUBT)
  await bob.next('message.created')
  await bob.next('message.created')
  network.cut()
  await say(page, 'typed meanwhile')
  await ownStatuses(page, ['sent', 'waiting', 'waiting'])
  const row = await lastRow(page)
  await bob.say({ conversationId }, 'missed')
  network.release()
  network.restore()

  await shows(page, ['before', IN_DOUBT, 'missed', 'typed meanwhile'])
  // Bob wrote after the first two, and so has read them.
  await ownStatuses(page, ['read', 'read', 'sent'])
  expect(await row.evaluate((element) => element.isConnected)).toBe(true)
  await expect.poll(() => tap.tokens.length).toBeGreaterThan(1)
  expect(new Set(tap.tokens).size).toBe(tap.tokens.length)

  // What was stored came back with what was missed, and so is not sent again.
  expect(tap.requests('message.send').map(({ text }) => text)).toEqual([
    'before',
    IN_DOUBT,
    'typed meanwhile',
  ])
  const frames = tap.sockets.at(-1) ?? []
  const sync = frames.find(({ method }) => method === 'conversation.sync')
  const synced = frames.findIndex(({ direction, id }) => direction === 'in' && id === sync?.id)
  expect(synced).toBeGreaterThan(0)
  expect(frames.findIndex(({ method }) => method === 'message.send')).toBeGreaterThan(synced)
})

test('a message that got lost on its way is sent again under the same id', async () => {
  const { page, tap, network, bob } = await openBehindProxy()
  network.hold('client')
  await say(page, 'lost')
  await expect.poll(() => tap.requests('message.send')).toHaveLength(1)
  network.cut()
  network.release()
  network.restore()
  const { message } = await bob.next('message.created')
  const sent = { id: message.id, conversationId: message.conversationId, text: 'lost' }
  await ownStatuses(page, ['sent'])
  expect(tap.requests('message.send')).toEqual([sent, sent])
  expect(await textsOf(page)).toEqual(['lost'])
})

test('without a network messages wait and say so, and so does the page; then they arrive once, in order', async () => {
  const { page, network, bob, conversationId } = await openBehindProxy()
  await page.context().setOffline(true)
  network.cut()
  for (const text of ['one', 'two', 'three']) await say(page, text)
  await ownStatuses(page, ['waiting', 'waiting', 'waiting'])
  await page.getByText('Waiting').last().waitFor()
  await page
    .getByRole('main')
    .getByText(/^No network\. Trying again in \d+ s$/)
    .waitFor()
  await headerSays(page, /^$/)

  network.restore()
  await page.context().setOffline(false)
  await ownStatuses(page, ['sent', 'sent', 'sent'])
  await expect.poll(() => page.getByText('No network').count()).toBe(0)
  await headerSays(page, 'online')
  const { messages } = await bob.request('message.list', { conversationId })
  expect(messages.map(({ text }) => text)).toEqual(['one', 'two', 'three'])
})

test.each<[string, (page: Page) => Promise<void>]>([
  ['Try now', clickTryNow],
  ['the network that comes back', comeOnline],
  ['the page that becomes visible', becomeVisible],
])('%s connects at once', async (_, hint) => {
  const { page, tap, network } = await openBehindProxy()
  network.cut()
  await expect
    .poll(async () => {
      await page.clock.runFor(250)
      return await page.getByRole('button', { name: 'Try now' }).count()
    })
    .toBe(1)
  // From here on no time passes in the page: nothing but the hint makes it try.
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + MINUTE_MS)
  network.restore()
  await expect
    .poll(async () => {
      // a last attempt without a network may yet have to fail; to one with it the hint must not be given again
      if (!tap.isAsking() && tap.tokens.length === 1) await hint(page)
      return tap.tokens.length
    })
    .toBe(2)
  await page.clock.resume()
  await headerSays(page, 'online')
})

test('a connection that fell silent is given up for a new one', async () => {
  const { page, tap, network, bob, conversationId } = await openBehindProxy()
  network.hold('server')
  await bob.say({ conversationId }, 'unheard')
  await expect
    .poll(async () => {
      await page.clock.runFor(5_000)
      return tap.requests('session.ping').length
    })
    .toBe(1)
  await page.clock.runFor(11_000)
  network.release()
  await shows(page, ['unheard'])
  expect(tap.sockets.length).toBeGreaterThan(1)
})

test('what was not sent yet outlives the page, and is sent by the next', async () => {
  const { page, network, bob, conversationId } = await openBehindProxy()
  const url = page.url()
  network.hold('client')
  for (const text of ['one', 'two']) await say(page, text)
  await ownStatuses(page, ['sending', 'sending'])
  await page.goto('about:blank')
  network.cut()
  network.release()
  network.restore()
  await page.goto(url)
  await shows(page, ['one', 'two'])
  await ownStatuses(page, ['sent', 'sent'])
  const { messages } = await bob.request('message.list', { conversationId })
  expect(messages.map(({ text }) => text)).toEqual(['one', 'two'])
})

test('a server that is killed and started again while both write loses nothing and doubles nothing', async () => {
  const { alices, bobs } = await openBoth(server)
  await Promise.all([sayAll(alices, alice(1, 5)), sayAll(bobs, bob(1, 5))])
  const back = server.signal('SIGKILL').then(() => server.restart())
  await Promise.all([sayAll(alices, alice(6, 20)), sayAll(bobs, bob(6, 20))])
  await back
  const texts = await agreedTexts(alices, bobs, 40)
  expect(texts.filter((text) => text.startsWith('alice'))).toEqual(alice(1, 20))
  expect(texts.filter((text) => text.startsWith('bob'))).toEqual(bob(1, 20))
})

test('five cuts in a row while both write lose nothing and double nothing', async () => {
  const network = await startProxy(server)
  const { alices, bobs } = await openBoth(network)
  for (const round of [0, 1, 2, 3, 4]) {
    await Promise.all([
      sayAll(alices, alice(round * 3 + 1, round * 3 + 2)),
      sayAll(bobs, bob(round + 1, round + 1)),
    ])
    network.cut()
    await sayAll(alices, alice(round * 3 + 3, round * 3 + 3))
    network.restore()
  }
  const texts = await agreedTexts(alices, bobs, 20)
  expect(texts.filter((text) => text.startsWith('alice'))).toEqual(alice(1, 15))
  expect(texts.filter((text) => text.startsWith('bob'))).toEqual(bob(1, 5))
})

/** Alice's page, connected over a network of its own; its clock can be moved. */
async function openBehindProxy() {
  const { alice, bob, conversationId } = await meet(server)
  await alice.close()
  const network = await startProxy(server)
  const tap = createWireTap()
  const page = await openConversation(browser, network, {
    userId: alice.userId,
    conversationId,
    async prepare(opened) {
      tap.listen(opened)
      await opened.clock.install()
    },
  })
  await page.getByText('Say hello').waitFor()
  await headerSays(page, 'online')
  return { page, tap, network, bob, conversationId }
}

async function openBoth(site: Site) {
  const people = await meet(server)
  const { conversationId } = people
  const alices = await openConversation(browser, site, { userId: people.alice.userId, conversationId })
  const bobs = await openConversation(browser, site, { userId: people.bob.userId, conversationId })
  await Promise.all([headerSays(alices, 'online'), headerSays(bobs, 'online')])
  return { alices, bobs }
}

const alice = (from: number, to: number) => numbered('alice', { from, to })
const bob = (from: number, to: number) => numbered('bob', { from, to })

function numbered(who: string, { from, to }: { from: number; to: number }): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `${who} ${from + index}`)
}

async function sayAll(page: Page, texts: string[]): Promise<void> {
  for (const text of texts) await say(page, text)
}

/** The texts that both pages show, once they show so many, the same, and all own ones as read. */
async function agreedTexts(alices: Page, bobs: Page, count: number): Promise<string[]> {
  await expect.poll(async () => (await textsOf(alices)).length, { timeout: BACK_MS }).toBe(count)
  const texts = await textsOf(alices)
  await shows(bobs, texts)
  for (const page of [alices, bobs])
    await expect.poll(async () => new Set(await statusesOf(page))).toEqual(new Set(['read']))
  return texts
}

async function clickTryNow(page: Page) {
  const button = page.getByRole('main').getByRole('button', { name: 'Try now' })
  if (await button.isVisible()) await button.click()
}

async function comeOnline(page: Page) {
  await page.context().setOffline(true)
  await page.context().setOffline(false)
}

async function becomeVisible(page: Page) {
  await setVisible(page, false)
  await setVisible(page, true)
}
