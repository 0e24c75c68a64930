// The keyboard alone: all that one comes for, and what the page says to those who do not see it.
import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { openPage } from '#rufer/tests/helpers/chat-page.ts'
import { startWithHistory } from '#rufer/tests/helpers/chat-states/stage.ts'
import { connect } from '#rufer/tests/helpers/client.ts'
import { belowView, messagesOf, scrollUp } from '#rufer/tests/helpers/scrolling.ts'
import { openSite } from '#rufer/tests/helpers/site.ts'

const { browser, server } = await openSite(startWithHistory)

test('the list is one stop: arrows move in it, Enter opens', async () => {
  const page = await openList()
  const rows = page.getByRole('navigation', { name: 'Conversations' }).getByRole('link')

  await page.keyboard.press('Tab')
  await isFocused(page.getByRole('link', { name: 'Skip to the conversation' }))
  await page.keyboard.press('Tab')
  await isFocused(page.getByRole('button', { name: 'Settings' }))
  await page.keyboard.press('Tab')
  await isFocused(page.getByRole('button', { name: 'New conversation' }))
  await page.keyboard.press('Tab')
  await isFocused(rows.first())
  await page.keyboard.press('End')
  await isFocused(rows.filter({ hasText: 'Judy Chen' }))
  await page.keyboard.press('ArrowUp')
  await isFocused(rows.filter({ hasText: 'Ivan Petrov' }))
  await page.keyboard.press('Home')
  await isFocused(rows.first())
  await page.keyboard.press('Tab')
  expect(await rows.filter({ has: page.locator(':focus') }).count()).toBe(0)
  await page.keyboard.press('Shift+Tab')

  const at = await rows.allTextContents()
  for (const _ of at.slice(
    0,
    at.findIndex((text) => text.includes('Bob Johnson')),
  ))
    await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await isFocused(page.getByRole('textbox', { name: 'Message to Bob Johnson' }))
})

test('from the composer into the messages, through them, and back', async () => {
  const page = await openList()
  await page.getByRole('link', { name: 'Nina Rossi' }).press('Enter')
  const composer = page.getByRole('textbox', { name: 'Message to Nina Rossi' })
  await isFocused(composer)
  const articles = page.getByRole('article')
  for (const [index, text] of ['one', 'two', 'three'].entries()) {
    await page.keyboard.type(text)
    await page.keyboard.press('Enter')
    await expect.poll(() => articles.count()).toBe(index + 1)
    await isFocused(composer)
  }

  await page.keyboard.press('Shift+Tab')
  await isFocused(page.getByRole('region', { name: 'Messages' }))
  await page.keyboard.press('ArrowUp')
  await isFocused(articles.filter({ hasText: 'three' }))
  await page.keyboard.press('ArrowUp')
  await isFocused(articles.filter({ hasText: 'two' }))
  await page.keyboard.press('Home')
  await isFocused(articles.filter({ hasText: 'one' }))
  await page.keyboard.press('End')
  await isFocused(articles.filter({ hasText: 'three' }))
  await page.keyboard.press('Escape')
  await isFocused(composer)
})

test('Esc leads to the end and the composer from wherever one is', async () => {
  const page = await openList()
  await page.getByRole('link', { name: /Carol/ }).press('Enter')
  const composer = page.getByRole('textbox', { name: /Message to Carol/ })
  await isFocused(composer)
  const places = [
    page.getByRole('button', { name: 'Settings' }),
    page.getByRole('navigation', { name: 'Conversations' }).getByRole('link').first(),
    composer,
  ]
  for (const place of places) {
    await scrollUp(page, 700)
    await place.focus()
    await page.keyboard.press('Escape')
    await isFocused(composer)
    await expect.poll(() => belowView(page)).toBe(0)
  }
})

test('the Tab key goes from the list through the header, the messages and the jump to the composer and Send', async () => {
  const page = await openList()
  await page.getByRole('link', { name: /Carol/ }).press('Enter')
  const composer = page.getByRole('textbox', { name: /Message to Carol/ })
  await isFocused(composer)
  await composer.fill('something to send')
  await scrollUp(page, 2_000)
  const jump = page.getByRole('button', { name: 'Jump to latest' })
  await jump.waitFor()
  await page.locator('nav a[tabindex="0"]').focus()
  const stops = [messagesOf(page), jump, composer, page.getByRole('button', { name: 'Send' })]
  for (const stop of stops) {
    await page.keyboard.press('Tab')
    await expect.poll(() => hasFocus(stop)).toBe(true)
  }
  await composer.fill('')
})

test('on touch, opening a conversation gives the focus to its heading, which opens no keyboard', async () => {
  const context = await browser.newContext({ hasTouch: true, isMobile: true, locale: 'en-GB' })
  const page = await openPage(browser, `${server.url}/chat?userId=alice`, { context })
  await page.getByRole('link', { name: /Bob Johnson/ }).tap()
  const heading = page.getByRole('main').getByRole('heading', { name: 'Bob Johnson' })
  await expect.poll(() => hasFocus(heading)).toBe(true)
  await context.close()
})

test('the row with the focus has a ring, and is in view as a whole', async () => {
  const page = await openList()
  await page.getByRole('link', { name: 'Bob Johnson' }).press('Enter')
  await isFocused(page.getByRole('textbox', { name: 'Message to Bob Johnson' }))
  // the composer is there before the messages are
  await page.getByRole('article').first().waitFor()
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('ArrowUp')
  const bubble = page.locator('article:focus .bubble')
  const ring = await bubble.evaluate((one) => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(one)
    return { outlineStyle, outlineWidth, outlineColor }
  })
  expect(ring).toEqual({ outlineStyle: 'solid', outlineWidth: '2px', outlineColor: 'rgb(11, 91, 211)' })
  const messages = await page.getByRole('region', { name: 'Messages' }).boundingBox()
  const box = await bubble.boundingBox()
  if (!messages || !box) throw new Error('unable to measure; it is not shown')
  expect(box.y).toBeGreaterThanOrEqual(messages.y)
  expect(box.y + box.height).toBeLessThanOrEqual(messages.y + messages.height)
})

test('what is typed outside fields goes to the composer', async () => {
  const page = await openList()
  await page.getByRole('link', { name: 'Nina Rossi' }).press('Enter')
  const composer = page.getByRole('textbox', { name: 'Message to Nina Rossi' })
  await isFocused(composer)
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.type('hey')
  await isFocused(composer)
  expect(await composer.inputValue()).toBe('hey')
})

test('the skip link leads to the conversation', async () => {
  const page = await openList()
  await page.keyboard.press('Tab')
  const link = page.getByRole('link', { name: 'Skip to the conversation' })
  expect(await link.evaluate((element) => getComputedStyle(element).clipPath)).toBe('none')
  await page.keyboard.press('Enter')
  await isFocused(page.getByRole('main'))
})

test('the dialog takes the focus, Esc closes it and gives it back', async () => {
  const page = await openList()
  const button = page.getByRole('button', { name: 'New conversation' })
  await button.press('Enter')
  await isFocused(page.getByRole('textbox', { name: 'User id' }))
  await page.keyboard.type('bo')
  await page.keyboard.press('Enter')
  await page.getByText('There is no user bo').waitFor()
  expect(await page.getByRole('textbox', { name: 'User id' }).getAttribute('aria-invalid')).toBe('true')
  await page.keyboard.press('Escape')
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  await isFocused(button)
})

test('the parts of the page have their roles and names', async () => {
  const page = await openList()
  await page.getByRole('link', { name: 'Bob Johnson' }).press('Enter')
  const messages = page.getByRole('main').getByRole('region', { name: 'Messages' })
  await messages.getByRole('article').first().waitFor()

  const rows = page.getByRole('navigation', { name: 'Conversations' }).getByRole('listitem')
  expect(await attributes(rows, 'aria-posinset')).toEqual(upTo(await rows.count()))
  expect(new Set(await attributes(rows, 'aria-setsize'))).toEqual(new Set(['-1']))
  expect(await page.locator('[aria-current=page]').allTextContents()).toEqual([
    expect.stringContaining('Bob Johnson'),
  ])
  expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
  expect(await page.getByRole('main').getByRole('heading', { level: 2 }).allTextContents()).toEqual([
    'Bob Johnson',
  ])

  const items = messages.getByRole('listitem')
  expect(await attributes(items, 'aria-posinset')).toEqual(upTo(15))
  expect(new Set(await attributes(items, 'aria-setsize'))).toEqual(new Set(['15']))
  expect(await messages.getByRole('heading', { level: 3 }).allTextContents()).toContain('Yesterday')
  const articles = messages.getByRole('article')
  expect(await attributes(articles, 'aria-label')).toEqual(
    Array(15).fill(expect.stringMatching(/^(You|Bob Johnson), \d\d:\d\d$/)),
  )
  for (const [index, word] of [
    [0, 'img "Read"'],
    [13, 'img "Delivered"'],
    [14, 'text: Sent'],
  ] as const)
    expect(await articles.nth(index).ariaSnapshot()).toContain(word)
  expect(await page.getByRole('textbox', { name: 'Message to Bob Johnson' }).count()).toBe(1)
})

test('new messages are divided off, and read out as they come', async () => {
  const graciela = await connect(server, 'grace')
  const page = await openList()
  await page.getByRole('link', { name: /Graciela/ }).press('Enter')
  const messages = page.getByRole('region', { name: 'Messages' })
  await messages.getByRole('separator').waitFor()
  expect(await messages.getByRole('separator').textContent()).toBe('New messages')
  expect(await messages.getAttribute('aria-live')).toBe(null)

  const log = page.getByRole('log', { name: 'New messages' })
  expect(await log.textContent()).toBe('')
  await graciela.say({ userId: 'alice' }, 'Found it!')
  await expect.poll(() => log.textContent()).toMatch(/^Graciela .*: Found it!$/)
  await graciela.close()
})

async function openList(): Promise<Page> {
  const page = await openPage(browser, `${server.url}/chat?userId=alice`)
  await page.getByRole('link', { name: 'Judy Chen' }).waitFor()
  return page
}

async function isFocused(element: Locator): Promise<void> {
  await expect.poll(() => hasFocus(element)).toBe(true)
}

async function hasFocus(element: Locator): Promise<boolean> {
  return await element.evaluate((one) => one === document.activeElement)
}

async function attributes(elements: Locator, name: string): Promise<(string | null)[]> {
  return await elements.evaluateAll((all, of) => all.map((one) => one.getAttribute(of)), name)
}

function upTo(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index + 1))
}
