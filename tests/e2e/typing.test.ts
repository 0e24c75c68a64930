// Typing: shown while keys come, ended by silence, an empty field, a message, leaving, or a lost connection.
import { expect, test } from 'vitest'
import {
  composerOf,
  headerSays,
  lineOf,
  listRow,
  openChat,
  openConversation,
  openPage,
  say,
  typeUntil,
} from '#rufer/tests/helpers/chat-page.ts'
import { heard, heardBesidesPresence, hearGone, meet } from '#rufer/tests/helpers/people.ts'
import { startProxy } from '#rufer/tests/helpers/tcp-proxy.ts'
import { createWireTap } from '#rufer/tests/helpers/wire-tap.ts'
import { openSite } from '#rufer/tests/helpers/site.ts'

const { browser, server } = await openSite()

test('typing shows in the header and in the list, and ends by itself after the last key', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const alices = await openConversation(browser, server, { userId: alice.userId, conversationId })
  const bobs = await openConversation(browser, server, { userId: bob.userId, conversationId })
  const bobsList = await openPage(browser, `${server.url}/chat?userId=${bob.userId}`)
  await headerSays(bobs, 'online')
  await listRow(bobsList, alice.userId).getByText('online').waitFor()
  const preview = () => listRow(bobsList, alice.userId).locator('.preview').textContent()
  await typeUntil(alices, () => Promise.all([lineOf(bobs), preview()]), ['typing…', 'typing…'])
  await headerSays(bobs, 'online')
  await expect.poll(preview).toBe('No messages yet')
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
  // one key, of which the others are told once, however long it takes until the next
  await composerOf(page).press('H')
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
  const isHeard = () => bob.pending('typing.started').length > 0
  await typeUntil(page, isHeard, true)
  await composerOf(page).fill('')
  await bob.next('typing.stopped')
  await expect.poll(() => tap.requests('typing.stop')).toHaveLength(1)
  // of the keys before
  bob.pending('typing.started')
  await typeUntil(page, isHeard, true)
  await page.goBack()
  await bob.next('typing.stopped')
  await expect.poll(() => tap.requests('typing.stop')).toHaveLength(2)
})

test('typing ends with the connection, before its user is offline', async () => {
  const { alice, bob, conversationId } = await meet(server)
  await alice.close()
  await hearGone(bob, alice.userId)
  const network = await startProxy(server)
  const alices = await openConversation(browser, network, { userId: alice.userId, conversationId })
  const bobs = await openConversation(browser, server, { userId: bob.userId, conversationId })
  await alices.getByText('Say hello').waitFor()
  // that she is back may be told late; then nothing of her is left to tell but what she does now
  await bob.next('presence.changed')
  await headerSays(bobs, 'online')
  await typeUntil(alices, () => lineOf(bobs), 'typing…')
  network.cut()
  await headerSays(bobs, 'last seen just now')
  await bob.settled()
  const names = heard(bob)
  const told = names.slice(names.indexOf('typing.started'))
  // that somebody types is told again as long as keys come
  const isAgain = (name: unknown, at: number) => name === 'typing.started' && told[at - 1] === name
  expect(told.filter((name, at) => !isAgain(name, at))).toEqual([
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
  await expect
    .poll(async () => {
      await bob.request('typing.start', { conversationId })
      return await lineOf(page)
    })
    .toBe('typing…')
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
