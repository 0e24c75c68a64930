// The composer: what it takes, how it grows, what it says near its limit, and that an input method's keys are its own.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { composerOf, openConversation, shows, textsOf } from '#rufer/tests/helpers/chat-page.ts'
import { meet } from '#rufer/tests/helpers/people.ts'
import { openSite, startDemo } from '#rufer/tests/helpers/site.ts'

const LIMIT = 100
/** How high the composer is: its lines, and what is above and below them. */
const heightFor = (lines: number) => lines * 22 + 22

const { browser, server } = await openSite(() => startDemo({ RUFER_LIMIT_TEXT_LENGTH: String(LIMIT) }))

test('the Enter that ends a composition sends nothing; the next one does', async () => {
  const page = await open()
  const devtools = await page.context().newCDPSession(page)
  await composerOf(page).focus()
  await devtools.send('Input.imeSetComposition', { text: 'にほん', selectionStart: 3, selectionEnd: 3 })
  await devtools.send('Input.dispatchKeyEvent', {
    type: 'keyDown',
    key: 'Enter',
    code: 'Enter',
    windowsVirtualKeyCode: 229,
  })
  expect(await composerOf(page).inputValue()).toBe('にほん')
  await devtools.send('Input.insertText', { text: '日本' })
  await expect.poll(() => composerOf(page).inputValue()).toBe('日本')
  expect(await textsOf(page)).toEqual([])
  // Pressed anew, 50 ms after the composition's end at the earliest.
  await expect
    .poll(async () => {
      await composerOf(page).press('Enter')
      return await textsOf(page)
    })
    .toEqual(['日本'])
})

test('the limit counts code points, is told of from 90 %, and nothing is cut or sent beyond it', async () => {
  const page = await open()
  const counter = page.locator('.counter')
  const send = page.getByRole('button', { name: 'Send' })
  await composerOf(page).fill('x'.repeat(89))
  expect(await counter.count()).toBe(0)
  await composerOf(page).fill('🎉'.repeat(90))
  expect(await counter.textContent()).toBe('90 of 100')
  expect(await send.isEnabled()).toBe(true)

  await composerOf(page).fill('🎉'.repeat(LIMIT + 1))
  expect(await counter.textContent()).toBe('1 character too long')
  expect(await send.isEnabled()).toBe(false)
  await composerOf(page).press('Enter')
  expect(await composerOf(page).inputValue()).toBe('🎉'.repeat(LIMIT + 1))
  expect(await textsOf(page)).toEqual([])

  await composerOf(page).fill('🎉'.repeat(LIMIT))
  await composerOf(page).press('Enter')
  await shows(page, ['🎉'.repeat(LIMIT)])
})

test('blank text is not sent, and blank lines around a text are left out', async () => {
  const page = await open()
  await composerOf(page).fill(' \n \t\n')
  expect(await page.getByRole('button', { name: 'Send' }).isEnabled()).toBe(false)
  await composerOf(page).press('Enter')
  expect(await textsOf(page)).toEqual([])
  await composerOf(page).fill('\n\n  one\n\ntwo\n \n')
  await composerOf(page).press('Enter')
  await shows(page, ['  one\n\ntwo'])
})

test('it grows with its text up to eight lines, and is small again once that is sent', async () => {
  const page = await open()
  const heightOf = async () => (await composerOf(page).boundingBox())?.height ?? 0
  expect(await heightOf()).toBe(heightFor(1))
  await composerOf(page).fill('line\nline\n')
  await expect.poll(heightOf).toBe(heightFor(3))
  await composerOf(page).fill('m'.repeat(2_000))
  await expect.poll(heightOf).toBe(heightFor(8))
  await composerOf(page).fill('l\n'.repeat(30))
  expect(await heightOf()).toBe(heightFor(8))
  await composerOf(page).press('Enter')
  await expect.poll(heightOf).toBe(heightFor(1))
})

test('its letters are 16 px, so that a phone does not zoom in, and a keyboard makes the page lower', async () => {
  const page = await open()
  expect(await composerOf(page).evaluate((field) => getComputedStyle(field).fontSize)).toBe('16px')
  const viewport = await page.locator('meta[name=viewport]').getAttribute('content')
  expect(viewport).toContain('interactive-widget=resizes-content')
})

test('a pasted file is said not to be sent', async () => {
  const page = await open()
  await composerOf(page).evaluate((field) => {
    const data = new DataTransfer()
    data.items.add(new File(['pixels'], 'cat.png', { type: 'image/png' }))
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }))
  })
  await page.getByText('Only text can be sent').waitFor()
  await composerOf(page).pressSequentially('a')
  expect(await page.getByText('Only text can be sent').count()).toBe(0)
})

test('many arrivals in a second are announced as one number', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const page = await openConversation(browser, server, { userId: alice.userId, conversationId })
  await page.getByText('online', { exact: true }).waitFor()
  const texts = ['one', 'two', 'three', 'four', 'five']
  await Promise.all(texts.map((text) => bob.say({ conversationId }, text)))
  await shows(page, texts)
  const told = page.getByRole('log').locator('p')
  // Under load they may come in more than one second: what is told of together adds up.
  await expect.poll(async () => counted(await told.allTextContents())).toBe(texts.length)
  expect(await told.count()).toBeLessThan(texts.length)
})

/** How many messages the announcements tell of. */
function counted(announcements: string[]): number {
  return announcements.reduce((sum, text) => sum + Number(/^(\d+) new/.exec(text)?.[1] ?? 1), 0)
}

async function open(): Promise<Page> {
  const { alice, conversationId } = await meet(server)
  return await openConversation(browser, server, { userId: alice.userId, conversationId })
}
