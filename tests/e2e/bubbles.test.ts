// Bubbles: links, large emoji, long messages, and what can be done with a message by pointer and by keyboard.
import type { Locator, Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { openChat, say, seenInPage, textsOf } from '#rufer/tests/helpers/chat-page.ts'
import { startServer } from '#rufer/tests/helpers/server.ts'
import { openSite } from '#rufer/tests/helpers/site.ts'

const LONG = Array.from({ length: 60 }, (_, index) => `line ${index + 1}`).join('\n')

/** What is said for a moment. */
const COPIED = { text: 'Copied', within: '[role=status]' }

const { browser, server } = await openSite()

test('addresses of the web and of mail are links, and nothing else is', async () => {
  const alice = await chatOfAlice()
  const text =
    'www.example.dev, http://a.example/?q="x" mailto:bob@example.com\njavascript:alert(1) ftp://b.example'
  await say(alice, text)
  const message = newest(alice)
  await expect.poll(() => message.locator('.text').textContent()).toBe(text)
  const safe = { rel: 'noopener noreferrer nofollow', target: '_blank' }
  // What finds them is fetched first.
  await expect
    .poll(() => linksOf(message))
    .toEqual([
      { ...safe, text: 'www.example.dev', href: 'https://www.example.dev/' },
      { ...safe, text: 'http://a.example/?q="x"', href: 'http://a.example/?q=%22x%22' },
      { ...safe, text: 'mailto:bob@example.com', href: 'mailto:bob@example.com' },
    ])
})

test('a few emoji alone are large', async () => {
  const alice = await chatOfAlice()
  await say(alice, '🎉👩‍👩‍👧')
  await expect.poll(() => fontSize(newest(alice))).toBe('40px')
  await say(alice, '🎉 at last')
  await expect.poll(() => fontSize(newest(alice))).toBe('15px')
})

test('a bubble is at most three quarters of its line, or 560 px; on a phone 85 %; and whatever is in it breaks', async () => {
  const alice = await chatOfAlice()
  const widths = async () => {
    const [bubble, line] = await Promise.all([
      boxOf(newest(alice).locator('.bubble')),
      boxOf(newest(alice).locator('div.line')),
    ])
    return { bubble: Math.round(bubble.width), line: line.width }
  }
  await say(alice, 'w'.repeat(300))
  await expect.poll(() => newest(alice).locator('.text').textContent()).toHaveLength(300)
  expect((await widths()).bubble).toBe(560)
  await alice.setViewportSize({ width: 900, height: 600 })
  const isPartOfLine = async (share: number) => {
    const { bubble, line } = await widths()
    return bubble === Math.round(line * share)
  }
  await expect.poll(() => isPartOfLine(0.75)).toBe(true)
  await alice.setViewportSize({ width: 390, height: 800 })
  await expect.poll(() => isPartOfLine(0.85)).toBe(true)
})

test('each text has its own direction and keeps its spaces, and what is around it stays as it is', async () => {
  const alice = await chatOfAlice()
  const text = 'شكرًا   build 1204\n  مساء'
  await say(alice, text)
  await expect.poll(() => newest(alice).locator('.text').textContent()).toBe(text)
  const styleOf = (selector: string) =>
    newest(alice)
      .locator(selector)
      .evaluate((one) => {
        const { direction, whiteSpace } = getComputedStyle(one)
        return { direction, whiteSpace }
      })
  expect(await styleOf('.text')).toEqual({ direction: 'rtl', whiteSpace: 'pre-wrap' })
  expect(await styleOf('.foot')).toMatchObject({ direction: 'ltr' })
})

test('the newest of one’s own messages says in a word how far it got, the others by their shape', async () => {
  const alice = await chatOfAlice()
  const words = () =>
    alice
      .locator('[data-status]')
      .evaluateAll((all) => all.map((one) => one.textContent.trim() || `shape: ${one.ariaLabel}`))
  for (const text of ['one', 'two']) await say(alice, text)
  await expect.poll(async () => (await words()).slice(-2)).toEqual(['shape: Sent', 'Sent'])
  expect(await alice.locator('[data-status]').last().locator('svg').count()).toBe(1)
})

test('a long message is folded, and unfolds without moving what is read', async () => {
  const alice = await chatOfAlice()
  for (const text of Array.from({ length: 8 }, (_, index) => `before it, ${index}`)) await say(alice, text)
  await say(alice, LONG)
  // What was said before has come as well: a row is held only where there is something above it.
  await alice.getByText('Start of your conversation').waitFor()
  const message = newest(alice)
  const text = message.locator('.text')
  const showAll = message.getByRole('button', { name: 'Show all' })
  await showAll.waitFor()
  const lineHeight = 21
  await expect.poll(() => heightOf(text)).toBe(15 * lineHeight)
  // What brings the pointer to the button may scroll; the press itself does not.
  await showAll.hover()
  const { y } = await boxOf(text)

  await alice.mouse.down()
  await alice.mouse.up()
  await expect.poll(() => heightOf(text)).toBe(60 * lineHeight)
  expect((await boxOf(text)).y).toBeCloseTo(y, 0)
  await alice.getByRole('button', { name: 'Jump to latest' }).click()

  await message.getByRole('button', { name: 'Show less' }).click()
  await expect.poll(() => heightOf(text)).toBe(15 * lineHeight)
  await say(alice, 'after it')
  await expect.poll(() => newest(alice).locator('.text').textContent()).toBe('after it')
  await expect.poll(() => distanceToEnd(alice)).toBe(0)
})

test('a message’s text is copied, with its links and folds', async () => {
  const alice = await chatOfAlice()
  await alice.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  const text = `https://example.com\n${LONG}`
  await say(alice, text)
  await newest(alice).getByRole('button', { name: 'Show all' }).waitFor()
  await newest(alice).hover()
  const copied = seenInPage(alice, COPIED)
  await newest(alice).getByRole('button', { name: 'Copy' }).click()
  await copied
  expect(await alice.evaluate(() => navigator.clipboard.readText())).toBe(text)
})

test('where there is no clipboard, as over plain http, copying works and the focus stays', async () => {
  const alice = await chatOfAlice()
  await alice.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'clipboard'))
  await alice.reload()
  await say(alice, 'two words')
  await expect.poll(() => newest(alice).locator('.text').textContent()).toBe('two words')
  await newest(alice).focus()
  await alice.keyboard.press('Enter')
  const copied = seenInPage(alice, COPIED)
  await alice.keyboard.press('Enter')
  await copied
  expect(await focusedName(alice)).toBe('Copy')

  const composer = alice.getByRole('textbox', { name: 'Message to' })
  await composer.focus()
  await alice.keyboard.press('ControlOrMeta+V')
  await expect.poll(() => composer.inputValue()).toBe('two words')
})

test('the keyboard goes along rows, into their actions, and back to the composer', async () => {
  const alice = await chatOfAlice()
  await say(alice, 'first of two')
  await say(alice, `www.example.com\n${LONG}`)
  await newest(alice).getByRole('link', { name: 'www.example.com' }).waitFor()
  await newest(alice).getByRole('button', { name: 'Show all' }).waitFor()

  await alice.getByRole('region', { name: 'Messages' }).focus()
  await alice.keyboard.press('ArrowUp')
  expect(await focusedName(alice)).toMatch(/^You, /)
  await walk(alice, { Enter: 'www.example.com', ArrowRight: 'Show all' })
  await alice.keyboard.press('Enter')
  expect(await focusedName(alice)).toBe('Show less')
  await walk(alice, { ArrowRight: 'Copy', ArrowLeft: 'Show less' })
  await alice.keyboard.press('ArrowUp')
  expect(await alice.evaluate(() => document.activeElement?.querySelector('.text')?.textContent)).toBe(
    'first of two',
  )

  await alice.keyboard.press('Escape')
  expect(await focusedName(alice)).toBe('Message to Bob Johnson')
  await expect.poll(() => distanceToEnd(alice)).toBe(0)
})

test('a message that was not sent stays until what was made of it is sent', async () => {
  const other = await startServer({ env: { RUFER_DEMO: 'true' } })
  onTestFinished(() => other.stop())
  const alice = await openChat(browser, other, { userId: 'alice', peer: 'Bob Johnson' })
  const composer = alice.getByRole('textbox', { name: 'Message to' })
  const failed = alice.locator('article.failed')
  await other.signal('SIGTERM')
  await say(alice, 'far too long '.repeat(10))
  await other.restart({ RUFER_LIMIT_TEXT_LENGTH: '100' })
  await failed.getByText('The text is too long.').waitFor()

  await failed.getByRole('button', { name: 'Edit' }).click()
  await expect.poll(() => composer.inputValue()).toBe('far too long '.repeat(10))
  await alice.getByText('30 characters too long').waitFor()
  await alice.reload()
  await failed.getByRole('button', { name: 'Edit' }).click()
  await say(alice, 'short')
  await expect.poll(() => textsOf(alice)).toEqual(['short'])
  await expect.poll(() => alice.locator('[data-status]').getAttribute('data-status')).toBe('sent')
})

async function chatOfAlice(): Promise<Page> {
  return await openChat(browser, server, { userId: 'alice', peer: 'Bob Johnson' })
}

function newest(page: Page): Locator {
  return page.locator('article').last()
}

async function linksOf(message: Locator) {
  return await message.getByRole('link').evaluateAll((links) =>
    links.map((link) => ({
      text: link.textContent,
      href: link.getAttribute('href'),
      rel: link.getAttribute('rel'),
      target: link.getAttribute('target'),
    })),
  )
}

async function fontSize(message: Locator): Promise<string> {
  return await message.locator('.text').evaluate((text) => getComputedStyle(text).fontSize)
}

async function boxOf(element: Locator) {
  const box = await element.boundingBox()
  if (!box) throw new Error('unable to measure; it is not shown')
  return box
}

async function heightOf(element: Locator): Promise<number> {
  return Math.round((await boxOf(element)).height)
}

async function distanceToEnd(page: Page): Promise<number> {
  return await page.getByRole('region', { name: 'Messages' }).evaluate(({ scrollTop }) => Math.abs(scrollTop))
}

/** Presses keys one after the other; each leads to what is named. */
async function walk(page: Page, steps: Record<string, string>): Promise<void> {
  for (const [key, name] of Object.entries(steps)) {
    await page.keyboard.press(key)
    expect(await focusedName(page)).toBe(name)
  }
}

async function focusedName(page: Page): Promise<string | null | undefined> {
  return await page.evaluate(() => {
    const focused = document.activeElement
    return focused?.getAttribute('aria-label') ?? focused?.textContent?.trim()
  })
}
