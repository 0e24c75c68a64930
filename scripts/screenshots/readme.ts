// The picture of the README: Alice's window and Bob's, side by side.
import { writeFile } from 'node:fs/promises'
import { relative } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { startServer } from '#rufer/tests/helpers/server.ts'
import { toSmallPng } from './small-png.ts'

const HEIGHT = 704

/**
 * Lets two people talk on a server of their own, and writes the picture of it.
 *
 * @returns the path written, for people to read
 */
export async function takeReadmePicture(browser: Browser, path: string): Promise<string> {
  const server = await startServer({ env: { RUFER_DEMO: 'true' } })
  try {
    const open = (userId: string, width: number, colorScheme: 'light' | 'dark') =>
      openWindow(browser, `${server.url}/chat?userId=${userId}`, { width, colorScheme })
    const [alice, bob] = await Promise.all([open('alice', 820, 'light'), open('bob', 400, 'dark')])
    await talk(alice, bob)
    const windows = [await alice.screenshot(), await bob.screenshot()]
    await writeFile(path, await toSmallPng(await sideBySide(browser, windows)))
  } finally {
    await server.stop()
  }
  return relative(process.cwd(), path)
}

// --- Internal helpers ---

async function openWindow(
  browser: Browser,
  url: string,
  { width, colorScheme }: { width: number; colorScheme: 'light' | 'dark' },
): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: HEIGHT }, colorScheme, locale: 'en-GB' })
  await page.goto(url)
  await page.getByRole('link').filter({ hasText: 'No messages yet' }).click()
  await composerOf(page).waitFor()
  // Where it points at nothing.
  await page.mouse.move(0, 0)
  return page
}

/** One line after the other, each read before the next. */
async function talk(alice: Page, bob: Page) {
  await say(alice, 'Hi Bob, did you see the launch plan?', bob)
  await say(alice, 'I moved the review to Thursday.', bob)
  await say(bob, 'Yes! Looks good to me.', alice)
  await say(bob, 'One thing: can we ship the SQLite engine first?', alice)
  await say(alice, 'Sure. I will write it up tonight, so that you can look it over before we meet.', bob)
  await say(bob, '🎉', alice)
  await say(alice, 'Lunch at the river?', bob)
  await alice.locator('li:last-child [data-status=read]').waitFor()
  await composerOf(bob).pressSequentially('I am on my w')
  await alice.getByRole('main').getByText('typing…').waitFor()
}

async function say(from: Page, text: string, to: Page) {
  await composerOf(from).fill(text)
  await composerOf(from).press('Enter')
  await to.locator('article').getByText(text).waitFor()
}

function composerOf(page: Page) {
  return page.getByRole('textbox', { name: 'Message to' })
}

async function sideBySide(browser: Browser, windows: Buffer[]): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: 1312, height: HEIGHT + 64 } })
  const images = windows.map((png) => `<img src="data:image/png;base64,${png.toString('base64')}">`)
  await page.setContent(`<style>
    body { margin: 0; padding: 32px; display: flex; justify-content: space-between; background: #c9d6ea; }
    img { border-radius: 12px; box-shadow: 0 4px 24px rgb(20 40 80 / 30%); }
  </style>${images.join('')}`)
  return await page.screenshot()
}
