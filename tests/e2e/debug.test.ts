// The debug view: what it tells of the connection and of every message, and the one thing that it never tells.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { composerOf, openPage, ownStatuses, say, shows } from '#rufer/tests/helpers/chat-page.ts'
import { meet, type Company } from '#rufer/tests/helpers/people.ts'
import { startServer } from '#rufer/tests/helpers/server.ts'
import { signInUrl } from '#rufer/tests/helpers/sign-in.ts'
import { startProxy, type ServerProxy } from '#rufer/tests/helpers/tcp-proxy.ts'
import { createWireTap } from '#rufer/tests/helpers/wire-tap.ts'
import { openSite } from '#rufer/tests/helpers/site.ts'

const { browser, server } = await openSite()

test('the debug view is there for debug=true, and only then', async () => {
  const { alice, conversationId } = await meet(server)
  const { page } = await openDebug(server, { alice, conversationId })
  await panelOf(page).waitFor()
  await page.goto(page.url().replace('&debug=true', ''))
  await composerOf(page).waitFor()
  expect(await panelOf(page).count()).toBe(0)
})

test('it tells the life of the connection: tokens, attempts with their delays, and what came of them', async () => {
  const { alice, conversationId } = await meet(server)
  const network = await startProxy(server)
  const { page } = await openDebug(network, { alice, conversationId })
  await factIs(page, 'status', 'live')
  await factIs(page, 'userId', alice.userId)
  const first = await factOf(page, 'connectionId')
  await expect.poll(() => factOf(page, 'token expires')).toMatch(/^\d{4}-\d\d-\d\dT/)

  network.cut()
  await factIs(page, 'last close code', '1006')
  await factIs(page, 'status', 'offline')
  network.restore()
  await factIs(page, 'status', 'live')
  expect(await factOf(page, 'connectionId')).not.toBe(first)
  expect(Number(await factOf(page, 'attempts'))).toBeGreaterThan(1)

  const lines = (await linesOf(page)).filter((line) => /^(connection|token|retry)/.test(line))
  const beforeCut = lines.slice(0, lines.indexOf('connection live') + 1)
  expect(inOrder(beforeCut, LIFE)).toEqual(LIFE)
  const again = ['connection socket closed 1006', ...LIFE]
  expect(inOrder(lines.slice(beforeCut.length), again)).toEqual(again)
  expect(lines).toContainEqual(expect.stringMatching(/^retry attempt \d+ in \d+ ms$/))
})

test('it tells every receipt, typing and presence event', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const { page } = await openDebug(server, { alice, conversationId })
  await factIs(page, 'status', 'live')
  await bob.request('typing.start', { conversationId })
  await bob.say({ conversationId }, 'Hello')
  await say(page, 'Hello Bob')
  for (const _ of ['Hello', 'Hello Bob']) await bob.next('message.created')
  await bob.request('receipt.update', { conversationId, readSeq: 2 })
  await bob.close()
  const expected = [
    'typing typing.started',
    'typing typing.stopped',
    'message message.created',
    'receipt receipt.updated',
    'presence presence.changed',
  ]
  await expect.poll(async () => inOrder(await linesOf(page), expected)).toEqual(expected)

  await panelOf(page).getByRole('combobox').selectOption('receipt')
  const receipts = await linesOf(page)
  expect(receipts.filter((line) => !line.startsWith('receipt'))).toEqual([])
  const events = panelOf(page).locator('details').filter({ hasText: 'receipt.updated' })
  await expect
    .poll(async () => {
      const details = await events.locator('pre').allTextContents()
      return details.map((detail) => JSON.parse(detail).data.receipt)
    })
    .toContainEqual(expect.objectContaining({ conversationId, userId: bob.userId, readSeq: 2 }))
})

test('under each message stand its id, seq, rev, sender, recipient and instants', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const { page } = await openDebug(server, { alice, conversationId })
  await say(page, 'Hello')
  await bob.next('message.created')
  await bob.request('receipt.update', { conversationId, deliveredSeq: 1 })
  await expect.poll(() => page.locator('article dl').textContent()).toMatch(/delivered\d{4}-.*read–/)
  await bob.request('receipt.update', { conversationId, readSeq: 1 })
  await expect.poll(() => page.locator('article dl').textContent()).toMatch(/read\d{4}-/)
  const { messages } = await bob.request('message.list', { conversationId })
  const [message] = messages
  const facts = await page
    .locator('article dl')
    .evaluate((list) =>
      [...list.querySelectorAll('dt')].map((term) => [
        term.textContent,
        term.nextElementSibling?.textContent,
      ]),
    )
  expect(Object.fromEntries(facts)).toMatchObject({
    id: message?.id,
    seq: '1',
    rev: String(message?.rev),
    sender: alice.userId,
    recipient: bob.userId,
    delivered: message?.deliveredAt,
    read: message?.readAt,
  })
})

test('under each message stands how long each step of its life took, and the log can be searched for it', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const from = performance.now()
  const { page } = await openDebug(server, { alice, conversationId })
  for (const text of ['Hello', 'Hello again']) {
    await say(page, text)
    await bob.next('message.created')
  }
  const mostMs = performance.now() - from
  await bob.request('receipt.update', { conversationId, deliveredSeq: 1 })
  await bob.request('receipt.update', { conversationId, readSeq: 1 })
  const first = page.locator('article dl').first()
  await expect
    .poll(() => first.textContent())
    .toMatch(/sent\d{4}-.*stored\d{4}-.*Z\+\d.*delivered\d{4}-.*Z\+\d.*read\d{4}-.*Z\+\d/)
  const sentAt = await first
    .getByText(/^sent$/)
    .locator('xpath=following-sibling::dd[1]')
    .textContent()
  const { messages } = await bob.request('message.list', { conversationId })
  const tookMs = Date.parse(messages[0]?.createdAt ?? '') - Date.parse(sentAt ?? '')
  // The offset of the clocks is known to within the delay of the connection, which was part of the whole.
  expect(Math.abs(tookMs)).toBeLessThanOrEqual(mostMs)

  await page.getByRole('button', { name: 'Find in the log' }).first().click()
  const id = String(messages[0]?.id)
  await expect.poll(() => panelOf(page).getByRole('searchbox').inputValue()).toBe(id)
  const details = await panelOf(page).locator('pre').allTextContents()
  // At least its request, the reply and the event.
  expect(details.length).toBeGreaterThanOrEqual(3)
  expect(details.filter((detail) => !detail.includes(id))).toEqual([])
  await panelOf(page).getByRole('searchbox').fill('SESSION.started')
  await expect.poll(async () => (await linesOf(page)).length).toBe(1)
})

test('no session token is in it, nor in what it copies', async () => {
  const { alice, conversationId } = await meet(server)
  const network = await startProxy(server)
  const { page, tokens } = await openDebug(network, { alice, conversationId })
  await factIs(page, 'status', 'live')
  await say(page, 'Hello')
  network.cut()
  await factIs(page, 'status', 'offline')
  network.restore()
  await factIs(page, 'status', 'live')

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await panelOf(page).getByRole('button', { name: 'Copy as JSON' }).click()
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('session.started')
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  const text = await page.evaluate(() => document.documentElement.textContent)
  expect(JSON.parse(copied).length).toBeGreaterThan(10)
  await expect.poll(() => tokens.length).toBeGreaterThan(1)
  for (const token of tokens) {
    expect(token).toMatch(/^[\w-]{43}$/)
    expect(copied).not.toContain(token)
    expect(text).not.toContain(token)
  }
})

test('its button drops the connection, which comes back', async () => {
  const { alice, conversationId } = await meet(server)
  const { page } = await openDebug(server, { alice, conversationId })
  await factIs(page, 'status', 'live')
  const first = await factOf(page, 'connectionId')
  await panelOf(page).getByRole('button', { name: 'Drop the connection' }).click()
  await expect.poll(() => factOf(page, 'connectionId')).not.toBe(first)
  await factIs(page, 'status', 'live')
})

test('its button loses the next reply: the message is sent once all the same', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const { page } = await openDebug(server, { alice, conversationId })
  await factIs(page, 'status', 'live')
  const first = await factOf(page, 'connectionId')
  await panelOf(page).getByRole('button', { name: 'Lose the next reply' }).click()
  await say(page, 'Hello')
  await expect.poll(() => factOf(page, 'connectionId')).not.toBe(first)
  await factIs(page, 'status', 'live')
  await ownStatuses(page, ['sent'])
  await shows(page, ['Hello'])
  const { messages } = await bob.request('message.list', { conversationId })
  expect(messages.map(({ text }) => text)).toEqual(['Hello'])
})

test('outside of demo mode it has no buttons that break things', async () => {
  const secured = await startServer()
  const { alice } = await meet(secured)
  const page = await openPage(browser, (await signInUrl(secured, alice.userId)).href)
  await page.getByRole('button').click()
  await page.waitForURL('**/chat')
  await page.goto(`${secured.url}/chat?debug=true`)
  await factIs(page, 'status', 'live')
  const buttons = await panelOf(page).getByRole('button').allTextContents()
  expect(buttons).toEqual(['Clear', 'Copy as JSON'])
  await page.close()
  await secured.stop()
})

/** What is told of every connection that comes about. */
const LIFE = [
  'connection connecting',
  'token token asked',
  'token token received',
  'connection socket opening',
  'connection session.started',
  'connection syncing',
  'connection live',
]

async function openDebug(
  site: Pick<ServerProxy, 'url'>,
  { alice, conversationId }: Pick<Company, 'alice' | 'conversationId'>,
) {
  const tap = createWireTap()
  const url = `${site.url}/chat?userId=${alice.userId}&chatId=${conversationId}&debug=true`
  const page = await openPage(browser, url, { prepare: tap.listen })
  await composerOf(page).waitFor()
  return { page, tokens: tap.tokens }
}

function panelOf(page: Page) {
  return page.getByRole('complementary', { name: 'Debug view' })
}

/** The lines of the log, the oldest first: kind and summary. */
async function linesOf(page: Page): Promise<string[]> {
  const lines = await panelOf(page)
    .locator('summary')
    .evaluateAll((all) =>
      all.map((line) => [...line.querySelectorAll('.kind, .summary')].map((part) => part.textContent)),
    )
  return lines.map((parts) => parts.join(' ')).toReversed()
}

async function factOf(page: Page, term: string): Promise<string | null> {
  const terms = panelOf(page)
    .locator('dt')
    .filter({ hasText: new RegExp(`^${term}$`) })
  return await terms.locator('xpath=following-sibling::dd[1]').textContent()
}

async function factIs(page: Page, term: string, fact: string): Promise<void> {
  await expect.poll(() => factOf(page, term)).toBe(fact)
}

/** Those of the expected that are among the lines, whatever more these tell, in their order there. */
function inOrder(lines: string[], expected: string[]): string[] {
  let at = 0
  return expected.filter((line) => {
    const found = lines.findIndex((told, index) => index >= at && `${told} `.startsWith(`${line} `))
    if (found !== -1) at = found + 1
    return found !== -1
  })
}
