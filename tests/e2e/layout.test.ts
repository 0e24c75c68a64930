// The layout: two panes or one, nothing cut or scrolled away at any size, and what people set in their systems.
import type { BrowserContextOptions, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { allStates } from '#rufer/tests/helpers/chat-states/all.ts'
import { onStage, startWithHistory } from '#rufer/tests/helpers/chat-states/stage.ts'
import { findLost } from '#rufer/tests/helpers/lost-content.ts'
import { openSite } from '#rufer/tests/helpers/site.ts'

/** 640 × 400 is a desktop whose browser zooms to 200 %. */
const SIZES = [
  { width: 1280, height: 800 },
  { width: 768, height: 600 },
  { width: 767, height: 900 },
  { width: 640, height: 400 },
  { width: 390, height: 844 },
  { width: 320, height: 640 },
]
const STATES = ['list', 'new-dialog', 'error', 'chat', 'chat-unread', 'chat-failed', 'offline', 'debug']

const { browser, server } = await openSite(startWithHistory)

test('two panes from 768 px, below it the list or a conversation with a way back', async () => {
  await show('chat', {}, async (page) => {
    const list = page.getByRole('navigation', { name: 'Conversations' })
    const messages = page.getByRole('region', { name: 'Messages' })
    const back = page.getByRole('link', { name: 'Back to conversations' })
    const seen = async () => [await list.isVisible(), await messages.isVisible(), await back.isVisible()]

    await page.setViewportSize({ width: 768, height: 600 })
    await expect.poll(seen).toEqual([true, true, false])
    await page.setViewportSize({ width: 767, height: 600 })
    await expect.poll(seen).toEqual([false, true, true])
    await back.click()
    await expect.poll(seen).toEqual([true, false, false])
  })
})

test.each(STATES)(
  '%s: whole at any size, also of text, without scrolling the page, and easy to hit',
  async (name) => {
    await show(name, {}, async (page) => {
      for (const size of SIZES) await isWhole(page, size)
      expect(await smallTargets(page)).toEqual([])
      // the page's policy lets no style in but its own
      await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'))
      for (const size of SIZES.slice(0, -1)) await isWhole(page, size)
    })
  },
)

test('light and dark follow the system', async () => {
  await show('chat', {}, async (page) => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    await page.emulateMedia({ colorScheme: 'light' })
    expect(await ground()).toBe('rgb(255, 255, 255)')
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await ground()).toBe('rgb(15, 19, 24)')
  })
})

test('forced colours give bubbles, badges and the open row their edges', async () => {
  await show('chat', {}, async (page) => {
    const edges = () =>
      page.evaluate(
        (selectors) =>
          selectors.map((selector) => {
            const element = document.querySelector(selector)
            return element && getComputedStyle(element).borderTopWidth
          }),
        ['.bubble', '.badge', '[aria-current=page]'],
      )
    expect(await edges()).toEqual(['0px', '0px', '0px'])
    await page.emulateMedia({ forcedColors: 'active' })
    expect(await edges()).toEqual(['1px', '1px', '2px'])
  })
})

test('nothing moves by itself for those who asked for less motion', async () => {
  await show('chat-older', { reducedMotion: 'no-preference' }, async (page) => {
    expect(await moving(page)).not.toEqual([])
    await page.emulateMedia({ reducedMotion: 'reduce' })
    expect(await moving(page)).toEqual([])
  })
})

async function show(name: string, options: BrowserContextOptions, look: (page: Page) => Promise<void>) {
  const state = allStates.find((one) => one.name === name)
  if (!state) throw new Error(`there is no state ${name}`)
  await onStage(state, { browser, server, view: 'desktop', options }, look)
}

/** Nothing is lost, and the page itself cannot be scrolled. */
async function isWhole(page: Page, { width, height }: { width: number; height: number }): Promise<void> {
  await page.setViewportSize({ width, height })
  await page.waitForFunction((wanted) => innerWidth === wanted, width)
  const moved = await page.evaluate(() => {
    window.scrollTo(1_000, 1_000)
    return [window.scrollX, window.scrollY]
  })
  expect({ width, moved, lost: await findLost(page) }).toEqual({ width, moved: [0, 0], lost: [] })
}

/** What is narrower or lower than 24 px with its border; links within text are measured by their lines. */
async function smallTargets(page: Page): Promise<string[]> {
  const targets = page.locator('button, a, input, select, textarea, summary').filter({ visible: true })
  return await targets.evaluateAll((all) =>
    all
      .filter((target) => !target.matches('.text a, .skip'))
      // a box and its label are one target
      .map((target) => target.closest('label') ?? target)
      .filter(
        (target) =>
          Math.min(target.getBoundingClientRect().width, target.getBoundingClientRect().height) < 24,
      )
      .map((target) => target.outerHTML),
  )
}

/** What moves by a transition or an animation. */
async function moving(page: Page): Promise<string[]> {
  return await page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .filter((element) => {
        const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(element)
        return transitionDuration !== '0s' || animationName !== 'none' || scrollBehavior === 'smooth'
      })
      .map(({ className }) => className),
  )
}
