// Long histories: opened with one page, read both ways without a jump, and never more rows than a page can bear.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import {
  listCounts,
  listRow,
  openChat,
  openConversation,
  openPage,
  say,
  textsOf,
} from '#rufer/tests/helpers/chat-page.ts'
import { connect } from '#rufer/tests/helpers/client.ts'
import { HASTY, writeHistory } from '#rufer/tests/helpers/history.ts'
import { registerNew } from '#rufer/tests/helpers/people.ts'
import {
  belowView,
  firstInView,
  messagesOf,
  seqsOf,
  topOf,
  watchPlace,
  wheel,
} from '#rufer/tests/helpers/scrolling.ts'
import { createWireTap } from '#rufer/tests/helpers/wire-tap.ts'
import { openSite, startDemo } from '#rufer/tests/helpers/site.ts'

const MOST_AT_REST = 300
const MOST = 400
const NARROW = { width: 820, height: 500 }

const { browser, server } = await openSite(() => startDemo(HASTY))

// writing them takes longest
test('10,000 messages open with one page of them, as 50 do', { timeout: 300_000 }, async () => {
  // Twice, for the first page of a browser is slower.
  await openFromList(50)
  const [short, long] = [await openFromList(50), await openFromList(10_000)]
  for (const { seqs, asked, conversationId } of [short, long]) {
    expect(seqs).toHaveLength(50)
    expect(asked).toEqual([{ conversationId }])
  }
  expect(long.seqs.at(-1)).toBe(10_000)
  process.stdout.write(
    `  opening 10,000 messages took ${(long.ms / short.ms).toFixed(2)} times as long as 50\n`,
  )
})

test('scrolling through many pages, up and down again, moves no row by itself', async () => {
  const { alice, conversationId } = await writeHistory(server, 900)
  const page = await openConversation(browser, server, { userId: alice, conversationId })
  await expect.poll(() => seqsOf(page)).toEqual(range(851, 900))
  for (let first = 851; first > 251;) first = await readOn(page, 'older', first)
  for (let last = (await seqsOf(page)).at(-1) ?? 0; last < 900;) last = await readOn(page, 'newer', last)
})

test('scrolled to the top, the list tells where the conversation begins', async () => {
  const { alice, bob, conversationId } = await writeHistory(server, 120)
  const page = await openConversation(browser, server, { userId: alice, conversationId })
  await expect.poll(() => seqsOf(page)).toEqual(range(71, 120))
  await wheel(page, -20_000)
  await expect.poll(() => seqsOf(page)).toEqual(range(21, 120))
  await wheel(page, -20_000)
  await expect.poll(() => seqsOf(page)).toEqual(range(1, 120))
  await page.getByText(`Start of your conversation with ${bob.userId}`).waitFor()
})

test('what arrives while one reads further up moves nothing, and is counted', async () => {
  const { alice, bob, conversationId } = await writeHistory(server, 100)
  const page = await openConversation(browser, server, { userId: alice, conversationId })
  await expect.poll(() => seqsOf(page)).toHaveLength(50)
  await wheel(page, -900)
  const stop = await watchPlace(page)
  for (let count = 1; count <= 10; count++) await bob.say({ conversationId }, `arrival ${count}`)
  await page.getByRole('button', { name: 'Jump to latest 10 unread' }).waitFor()
  await expect.poll(async () => (await textsOf(page)).at(-1)).toBe('arrival 10')
  expect((await stop()).shift).toBeLessThanOrEqual(1)

  await page.getByRole('button', { name: 'Jump to latest' }).click()
  await expect.poll(() => belowView(page)).toBe(0)
  await listCounts(page, bob.userId, 0)
  // At the end, arrivals are followed.
  await bob.say({ conversationId }, 'one more')
  await expect.poll(async () => (await textsOf(page)).at(-1)).toBe('one more')
  await expect.poll(() => belowView(page)).toBe(0)
})

test('coming back to a conversation comes back to where one was', async () => {
  const { alice, bob, conversationId } = await writeHistory(server, 200)
  const client = await connect(server, alice)
  const carol = await registerNew(server, 'carol')
  await client.request('conversation.open', { userId: carol })
  const page = await openConversation(browser, server, { userId: alice, conversationId })
  await expect.poll(() => seqsOf(page)).toHaveLength(50)
  await wheel(page, -20_000)
  await expect.poll(() => seqsOf(page)).toHaveLength(100)
  await wheel(page, -700)
  const left = await firstInView(page)

  await listRow(page, carol).click()
  await page.getByText('Say hello').waitFor()
  await listRow(page, bob.userId).click()
  await expect.poll(async () => Math.abs((await topOf(page, left.seq)) - left.top)).toBeLessThanOrEqual(1)
})

test('a row with the focus is not let go of, however far one scrolls; without its row the list has the focus', async () => {
  const { alice, conversationId } = await writeHistory(server, 600)
  const page = await openConversation(browser, server, {
    userId: alice,
    conversationId,
    prepare: (opened) => opened.clock.install(),
  })
  await expect.poll(() => seqsOf(page)).toHaveLength(50)
  await page.locator('[data-seq="595"] article').focus()
  for (let first = 551; first > 251; first -= 50) await nearTop(page, first - 50)
  // 350 rows: at rest there would be 300 without it.
  expect(await seqsOf(page)).toContain(595)
  expect(await focusedSeq(page)).toBe(595)
  for (let first = 251; first > 151; first -= 50) await nearTop(page, first - 50)
  expect(await seqsOf(page)).not.toContain(595)
  await expect
    .poll(() => messagesOf(page).evaluate((scroller) => scroller === document.activeElement))
    .toBe(true)
})

test('coming back where something is unread comes to that instead of where one was', async () => {
  const { alice, bob, conversationId } = await writeHistory(server, 200)
  const client = await connect(server, alice)
  const carol = await registerNew(server, 'carol')
  await client.request('conversation.open', { userId: carol })
  const page = await openConversation(browser, server, { userId: alice, conversationId })
  await expect.poll(() => seqsOf(page)).toHaveLength(50)
  await wheel(page, -1_500)
  await listRow(page, carol).click()
  await page.getByText('Say hello').waitFor()
  await bob.say({ conversationId }, 'news')
  await listCounts(page, bob.userId, 1)
  await listRow(page, bob.userId).click()
  await expect.poll(async () => (await textsOf(page)).at(-1)).toBe('news')
  await expect.poll(() => belowView(page)).toBe(0)
})

test('more unread than a page open at the first of them; the end is one click away', async () => {
  const { alice, bob, conversationId } = await writeHistory(server, 300)
  await bob.request('receipt.update', { conversationId, readSeq: 180 })
  const page = await openChat(browser, server, { userId: bob.userId, peer: alice })
  await page.getByRole('separator').waitFor()
  const divided = page.locator('li:has([role=separator])')
  expect(await divided.getAttribute('data-seq')).toBe('181')
  await expect.poll(() => topOf(page, 181)).toSatisfy((top) => top >= 0 && top < 100)
  expect(await seqsOf(page)).not.toContain(300)

  await page.getByRole('button', { name: 'Jump to latest' }).click()
  await expect.poll(async () => (await seqsOf(page)).at(-1)).toBe(300)
  await expect.poll(() => belowView(page)).toBe(0)
  await listCounts(page, alice, 0)
})

test('a message of one’s own goes to the end, from however far above', async () => {
  const { alice, conversationId } = await writeHistory(server, 600)
  const page = await openConversation(browser, server, { userId: alice, conversationId })
  await expect.poll(() => seqsOf(page)).toHaveLength(50)
  for (let first = 551; first > 201;) first = await readOn(page, 'older', first)
  expect(await seqsOf(page)).not.toContain(600)

  await say(page, 'from far above')
  await expect.poll(async () => (await textsOf(page)).at(-1)).toBe('from far above')
  await expect.poll(async () => (await seqsOf(page)).at(-1)).toBe(601)
  await expect.poll(() => belowView(page)).toBe(0)
  const seqs = await seqsOf(page)
  expect(seqs).toEqual(range(seqs[0] ?? 0, 601))
})

test('another size of the window keeps the end at the end, and the place in its place', async () => {
  const { alice, conversationId } = await writeHistory(server, 100)
  const page = await openConversation(browser, server, { userId: alice, conversationId })
  const wide = page.viewportSize() ?? NARROW
  await expect.poll(() => seqsOf(page)).toHaveLength(50)
  for (const size of [NARROW, wide]) {
    await resize(page, size)
    expect(await belowView(page)).toBe(0)
  }

  await wheel(page, -1_000)
  for (const size of [NARROW, wide]) {
    const { seq, top } = await firstInView(page)
    await resize(page, size)
    await expect.poll(async () => Math.abs((await topOf(page, seq)) - top)).toBeLessThanOrEqual(1)
  }
})

/** Opens such a conversation from the list: the milliseconds from the click to its rows, and what it asked for. */
async function openFromList(count: number) {
  const { alice, bob, conversationId } = await writeHistory(server, count)
  const tap = createWireTap()
  const page = await openPage(browser, `${server.url}/chat?userId=${alice}`, { prepare: tap.listen })
  const ms = await listRow(page, bob.userId).evaluate(async (link: HTMLElement) => {
    const from = performance.now()
    link.click()
    while (!document.querySelector('article')) await new Promise(requestAnimationFrame)
    return performance.now() - from
  })
  // A message of Bob's comes after whatever the page asked for by itself.
  await bob.say({ conversationId }, 'Hello')
  await expect.poll(async () => (await textsOf(page)).at(-1)).toBe('Hello')
  const seqs = (await seqsOf(page)).slice(0, -1)
  return { seqs, ms, asked: tap.requests('message.list'), conversationId }
}

/**
 * Scrolls near one end of what is loaded, which loads the next page there, and lets the list come to rest.
 *
 * @returns the seq that is the outermost then
 */
async function readOn(page: Page, side: 'older' | 'newer', outermost: number): Promise<number> {
  const stop = await watchPlace(page, side)
  const next = outermost + (side === 'older' ? -50 : 50)
  await expect.poll(async () => (await seqsOf(page)).at(side === 'older' ? 0 : -1)).toBe(next)
  await expect.poll(async () => (await seqsOf(page)).length).toBeLessThanOrEqual(MOST_AT_REST)
  const { shift, rows } = await stop()
  expect(shift).toBeLessThanOrEqual(1)
  expect(rows).toBeLessThanOrEqual(MOST)
  const seqs = await seqsOf(page)
  expect(seqs).toEqual(range(seqs[0] ?? 0, seqs.at(-1) ?? 0))
  return next
}

/** Scrolls near the top, and lets the page before come to rest. */
async function nearTop(page: Page, first: number): Promise<void> {
  await messagesOf(page).evaluate((scroller) => {
    scroller.scrollTop = scroller.clientHeight + 300 - scroller.scrollHeight
  })
  await expect.poll(async () => (await seqsOf(page))[0]).toBe(first)
  // Rows are let go of once the list is at rest.
  await page.clock.runFor(1_000)
}

async function focusedSeq(page: Page): Promise<number> {
  return await page.evaluate(() =>
    Number(document.activeElement?.closest('[data-seq]')?.getAttribute('data-seq')),
  )
}

/** Resolves once the list had the new size for a frame. */
async function resize(page: Page, size: { width: number; height: number }): Promise<void> {
  await page.setViewportSize(size)
  await page.waitForFunction(({ width, height }) => innerWidth === width && innerHeight === height, size)
  await messagesOf(page).evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  )
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}
