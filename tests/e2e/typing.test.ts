// Typing: shown while keys come, ended by silence, an empty field, a message, leaving, or a lost connection.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  composerOf,
  headerSays,
  listRow,
  openBrowser,
  openChat,
  openConversation,
  openPage,
  say,
} from '#rufer/tests/helpers/chat-page.ts'
import { heard, heardBesidesPresence, meet } from '#rufer/tests/helpers/people.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { startProxy } from '#rufer/tests/helpers/tcp-proxy.ts'
import { createWireTap } from '#rufer/tests/helpers/wire-tap.ts'

let browser: Browser
let server: TestServer

beforeAll(async () => {
  browser = await openBrowser()
  server = await startServer({ env: { RUFER_DEMO: 'true' } })
})
afterAll(async () => {
  await browser.close()
  await server.stop()
})

test('typing shows in the header and in the list, and ends by itself after the last key', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const alices = await openConversation(browser, server, { userId: alice.userId, conversationId })
  const bobs = await openConversation(browser, server, { userId: bob.userId, conversationId })
  const bobsList = await openPage(browser, `${server.url}/chat?userId=${bob.userId}`)
  await headerSays(bobs, 'online')
  await listRow(bobsList, alice.userId).getByText('online').waitFor()
  await composerOf(alices).pressSequentially('I am ty')
  await headerSays(bobs, 'typing…')
  await expect.poll(() => listRow(bobsList, alice.userId).locator('.preview').textContent()).toBe('typing…')
  await headerSays(bobs, 'online')
  await expect
    .poll(() => listRow(bobsList, alice.userId).locator('.preview').textContent())
    .toBe('No messages yet')
})

test('as long as keys come, typing is said again every two seconds, not with every key', async () => {
  const { alice, conversationId } = await meet(server)
  const tap = createWireTap()
  const page = await openConversation(browser, server, {
    userId: alice.userId,
    conversationId,
    async prepare(opened) {
      tap.listen(opened)
      await opened.clock.install()
    },
  })
  await page.getByText('Say hello').waitFor()
  await page.clock.pauseAt(Date.now() + 60_000)
  await composerOf(page).pressSequentially('many keys in no time')
  await expect.poll(() => tap.requests('typing.start')).toHaveLength(1)
  await page.clock.runFor(1_900)
  await composerOf(page).pressSequentially('and more')
  await page.clock.runFor(100)
  await composerOf(page).pressSequentially('and more')
  await expect.poll(() => tap.requests('typing.start')).toHaveLength(2)
})

test('typing ends with the message, which comes after that', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const page = await openConversation(browser, server, { userId: alice.userId, conversationId })
  await page.getByText('Say hello').waitFor()
  await composerOf(page).pressSequentially('Hello')
  await bob.next('typing.started')
  await composerOf(page).press('Enter')
  await bob.next('message.created')
  expect(heardBesidesPresence(bob)).toEqual([
    'conversation.updated',
    'typing.started',
    'typing.stopped',
    'message.created',
  ])
})

test('typing ends with an empty field, and with leaving the conversation', async () => {
  const { alice, bob } = await meet(server)
  const tap = createWireTap()
  const page = await openChat(browser, server, {
    userId: alice.userId,
    peer: bob.userId,
    prepare: tap.listen,
  })
  await page.getByText('Say hello').waitFor()
  await composerOf(page).pressSequentially('Hel')
  await bob.next('typing.started')
  await composerOf(page).fill('')
  await bob.next('typing.stopped')
  await expect.poll(() => tap.requests('typing.stop')).toHaveLength(1)
  await composerOf(page).pressSequentially('Hel')
  await bob.next('typing.started')
  await page.goBack()
  await bob.next('typing.stopped')
  await expect.poll(() => tap.requests('typing.stop')).toHaveLength(2)
})

test('typing ends with the connection, before its user is offline', async () => {
  const { alice, bob, conversationId } = await meet(server)
  await alice.close()
  const network = await startProxy(server)
  const alices = await openConversation(browser, network, { userId: alice.userId, conversationId })
  const bobs = await openConversation(browser, server, { userId: bob.userId, conversationId })
  await alices.getByText('Say hello').waitFor()
  await headerSays(bobs, 'online')
  await composerOf(alices).pressSequentially('Hel')
  await headerSays(bobs, 'typing…')
  network.cut()
  await headerSays(bobs, 'last seen just now')
  await bob.settled()
  const names = heard(bob)
  expect(names.slice(names.indexOf('typing.started'))).toEqual([
    'typing.started',
    'typing.stopped',
    'presence.changed',
  ])
  // And what Alice's page heard of Bob no longer holds: it neither knows that he is online nor that he types.
  await headerSays(alices, /^$/)
})

test('a page without a connection forgets who was typing', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const network = await startProxy(server)
  const page = await openConversation(browser, network, { userId: alice.userId, conversationId })
  await page.getByText('Say hello').waitFor()
  await bob.request('typing.start', { conversationId })
  await headerSays(page, 'typing…')
  network.cut()
  await headerSays(page, /^$/)
  // That he stopped meanwhile is told to those who are connected.
  await bob.request('typing.stop', { conversationId })
  network.restore()
  await headerSays(page, 'online')
  await say(page, 'Back')
  const { message } = await bob.next('message.created')
  expect(message.text).toBe('Back')
})
