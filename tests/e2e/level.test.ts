// What a page holds is level with the server: it says connected no earlier, and finds what no event told it of.
import type { Page, WebSocketRoute } from 'playwright-core'
import { expect, test } from 'vitest'
import {
  headerSays,
  openConversation,
  openPage,
  say,
  shows,
  textsOf,
} from '#rufer/tests/helpers/chat-page.ts'
import { setVisible } from '#rufer/tests/helpers/looking.ts'
import { meet, UNHURRIED } from '#rufer/tests/helpers/people.ts'
import { startProxy } from '#rufer/tests/helpers/tcp-proxy.ts'
import { createWireTap } from '#rufer/tests/helpers/wire-tap.ts'
import { openSite, startDemo } from '#rufer/tests/helpers/site.ts'

const { browser, server } = await openSite(() => startDemo(UNHURRIED))

test.each<[string, (page: Page) => Promise<void>]>([
  ['when its window gets the focus', (page) => page.evaluate(() => void dispatchEvent(new Event('focus')))],
  ['when it becomes visible', becomeVisible],
  ['as a minute passes', async () => undefined],
])('a page finds what was never told, %s, mends it and counts it', async (_, look) => {
  const { alice, bob, conversationId } = await meet(server)
  const wire = createWire()
  const url = `${server.url}/chat?userId=${alice.userId}&chatId=${conversationId}&debug=true`
  const page = await openPage(browser, url, {
    gaps: 1,
    async prepare(opened) {
      await opened.clock.install()
      await opened.routeWebSocket('**/ws', wire.join)
    },
  })
  // What it holds is level with the server, or it would find the message by catching up.
  await page.getByText('Say hello to').waitFor()
  await headerSays(page, 'online')
  wire.losing = ['message.created']
  await bob.say({ conversationId }, 'never told')
  await expect.poll(() => wire.lost).toBe(1)
  wire.losing = []
  await look(page)
  await expect
    .poll(
      async () => {
        // Not while the server is to answer: a page that waited so long for it would take the connection for dead.
        if (wire.isAnswered()) await page.clock.runFor(1_000)
        return await textsOf(page)
      },
      { interval: 20 },
    )
    .toEqual(['never told'])
  await bob.say({ conversationId }, 'told')
  await shows(page, ['never told', 'told'])
  const fact = page
    .locator('dt')
    .filter({ hasText: /^gaps$/ })
    .locator('xpath=following-sibling::dd[1]')
  expect(await fact.textContent()).toBe('1')
})

test('looking again asks twice and finds a page that is level so', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const tap = createWireTap()
  const page = await openConversation(browser, server, {
    userId: alice.userId,
    conversationId,
    prepare: tap.listen,
  })
  await bob.say({ conversationId }, 'Hello')
  await shows(page, ['Hello'])
  const asked = () => [tap.requests('conversation.sync').length, tap.requests('conversation.list').length]
  const [syncs = 0, lists = 0] = asked()
  await page.evaluate(() => void dispatchEvent(new Event('focus')))
  await expect.poll(asked).toEqual([syncs + 1, lists + 1])
  const revs = tap.requests('conversation.sync').at(-1)?.['revs']
  expect(Object.keys(revs ?? {})).toEqual([conversationId])
})

test('a page says nothing of being connected until it has caught up', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const wire = createWire()
  const page = await openConversation(browser, server, {
    userId: alice.userId,
    conversationId,
    prepare: (opened) => opened.routeWebSocket('**/ws', wire.join),
  })
  await headerSays(page, 'online')
  expect(await page.locator('nav .dot').count()).toBe(1)
  wire.holding = 'conversation.sync'
  wire.drop()
  await page.getByRole('main').getByText('Updating…').waitFor()
  await say(page, 'typed meanwhile')
  await bob.say({ conversationId }, 'missed')
  await page.getByText('Waiting').waitFor()
  await headerSays(page, /^$/)
  expect(await page.getByRole('status').allTextContents()).not.toContain('Connected')
  expect(await page.locator('nav .dot').count()).toBe(0)
  expect(wire.sent('message.send')).toBe(0)

  wire.release()
  await shows(page, ['missed', 'typed meanwhile'])
  await headerSays(page, 'online')
})

test('a machine that slept finds in time that its connection died meanwhile', async () => {
  const { alice, bob, conversationId } = await meet(server)
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
  await headerSays(page, 'online')
  network.hold('server')
  await bob.say({ conversationId }, 'unheard')
  // Nothing of the hour is lived through: every timer that fell due in it comes once, and late.
  await page.clock.fastForward('01:00:00')
  await page.clock.runFor(29_000)
  network.release()
  await shows(page, ['unheard'])
  expect(tap.sockets.length).toBeGreaterThan(1)
})

/** What goes over a page's sockets, in the hands of the test. */
function createWire() {
  let held: (() => void)[] = []
  let socket: WebSocketRoute | undefined
  const methods: string[] = []
  const methodOf = new Map<number, string>()
  const unanswered = new Set<number>()
  const wire = {
    /** names of events that do not get through */
    losing: [] as string[],
    lost: 0,
    /** the method whose replies do not get through until `release` */
    holding: undefined as string | undefined,
    /** whether the page waits for nothing just now */
    isAnswered: () => unanswered.size === 0,
    sent: (method: string) => methods.filter((one) => one === method).length,
    /** Ends the connection as if it was lost. */
    drop: () => void socket?.close({ code: 4408 }),
    release() {
      wire.holding = undefined
      for (const send of held.splice(0)) send()
    },
    join: (route: WebSocketRoute) => {
      socket = route
      const upstream = route.connectToServer()
      route.onMessage((text) => {
        const { id, method } = JSON.parse(String(text))
        methodOf.set(id, method)
        unanswered.add(id)
        if (method === 'message.send') methods.push(method)
        upstream.send(text)
      })
      upstream.onMessage((text) => {
        const { id, event } = JSON.parse(String(text))
        unanswered.delete(id)
        if (wire.losing.includes(event)) wire.lost++
        else if (wire.holding !== undefined && methodOf.get(id) === wire.holding)
          held.push(() => route.send(text))
        else route.send(text)
      })
    },
  }
  return wire
}

async function becomeVisible(page: Page) {
  await setVisible(page, false)
  await setVisible(page, true)
}
