// One's own messages: shown at once, then sent, delivered and read; never lost where the server refuses them.
import { expect, test } from 'vitest'
import {
  composerOf,
  lastRow,
  openConversation,
  ownStatuses,
  say,
  shows,
} from '#rufer/tests/helpers/chat-page.ts'
import { connect } from '#rufer/tests/helpers/client.ts'
import { meet } from '#rufer/tests/helpers/people.ts'
import { startProxy } from '#rufer/tests/helpers/tcp-proxy.ts'
import { createWireTap } from '#rufer/tests/helpers/wire-tap.ts'
import { openSite } from '#rufer/tests/helpers/site.ts'

const LONG = 'A text that is longer than the server takes after its restart.'
const SHORT = 'short'

const { browser, server } = await openSite()

test('a message shows at once under its final id, then is sent, delivered and read', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const network = await startProxy(server)
  const tap = createWireTap()
  const page = await openConversation(browser, network, {
    userId: alice.userId,
    conversationId,
    prepare: tap.listen,
  })
  await page.getByText(`Say hello to ${bob.userId}`).waitFor()

  network.hold('client')
  await say(page, 'Hello')
  await shows(page, ['Hello'])
  await ownStatuses(page, ['sending'])
  const row = await lastRow(page)
  network.release()

  const { message } = await bob.next('message.created')
  // told by the browser, and so perhaps later than by the server
  await expect
    .poll(() => tap.requests('message.send'))
    .toEqual([{ id: message.id, conversationId, text: 'Hello' }])
  await ownStatuses(page, ['sent'])
  await bob.request('receipt.update', { conversationId, deliveredSeq: 1 })
  await ownStatuses(page, ['delivered'])
  await bob.request('receipt.update', { conversationId, readSeq: 1 })
  await ownStatuses(page, ['read'])
  // Still the same row: nothing was taken away and put back under another id.
  expect(await row.evaluate((element) => element.isConnected && element.textContent)).toContain('Hello')
  await shows(page, ['Hello'])
})

test('the same text twice is two messages', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const network = await startProxy(server)
  const page = await openConversation(browser, network, { userId: alice.userId, conversationId })
  await page.getByText('Say hello').waitFor()
  network.hold('client')
  await say(page, 'ok')
  await say(page, 'ok')
  await shows(page, ['ok', 'ok'])
  network.release()
  const first = await bob.next('message.created')
  const second = await bob.next('message.created')
  expect([first.message.text, second.message.text]).toEqual(['ok', 'ok'])
  expect(first.message.id).not.toBe(second.message.id)
  await shows(page, ['ok', 'ok'])
  await ownStatuses(page, ['sent', 'sent'])
})

test('a refused message says so and keeps its text over a reload; what comes after it is sent', async () => {
  const { page, bobId, conversationId } = await typeWhileLimitFalls([LONG, SHORT])
  await shows(page, [SHORT, LONG])
  await ownStatuses(page, ['sent', 'failed'])
  await page.getByText('The text is too long.').waitFor()
  const bob = await connect(server, bobId)
  const { messages } = await bob.request('message.list', { conversationId })
  expect(messages.map(({ text }) => text)).toEqual([SHORT])

  await page.reload()
  await shows(page, [SHORT, LONG])
  await ownStatuses(page, ['sent', 'failed'])
})

test('a refused message can be retried, under the same id, until the server takes it', async () => {
  const { page, tap } = await typeWhileLimitFalls([LONG])
  await ownStatuses(page, ['failed'])
  await server.restart()
  await page.getByRole('button', { name: 'Retry' }).click()
  await ownStatuses(page, ['sent'])
  await shows(page, [LONG])
  const ids = tap.requests('message.send').map(({ id }) => id)
  expect(ids.length).toBeGreaterThan(1)
  expect(new Set(ids).size).toBe(1)
})

test('a refused message can be edited, which sends a new one in its place, or removed', async () => {
  const { page, tap } = await typeWhileLimitFalls([LONG, `${LONG} And another.`])
  await ownStatuses(page, ['failed', 'failed'])

  await page.getByRole('button', { name: 'Delete' }).last().click()
  await shows(page, [LONG])
  await page.getByRole('button', { name: 'Edit' }).click()
  await expect.poll(() => composerOf(page).inputValue()).toBe(LONG)
  await shows(page, [LONG])
  await say(page, SHORT)
  await ownStatuses(page, ['sent'])
  const [refused, , edited] = tap.requests('message.send')
  expect(edited?.['text']).toBe(SHORT)
  expect(edited?.['id']).not.toBe(refused?.['id'])
  await page.reload()
  await shows(page, [SHORT])
})

/** What is typed while the server is away passes the limit that the page knows, not the one the server returns with. */
async function typeWhileLimitFalls(texts: string[]) {
  await server.restart()
  const { alice, bob, conversationId } = await meet(server)
  const tap = createWireTap()
  const prepare = tap.listen
  const page = await openConversation(browser, server, { userId: alice.userId, conversationId, prepare })
  await page.getByText('Say hello').waitFor()
  await server.signal('SIGTERM')
  for (const text of texts) await say(page, text)
  await ownStatuses(
    page,
    texts.map(() => 'waiting'),
  )
  await server.restart({ RUFER_LIMIT_TEXT_LENGTH: '20' })
  return { page, tap, bobId: bob.userId, conversationId }
}
