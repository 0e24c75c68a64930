// Lasting: a very long list scrolled to its end, and hundreds of conversations opened one after the other.
import type { Page } from 'playwright-core'
import type { Figure } from './figure.ts'
import { enter, heapOf, type Stage } from './stage.ts'

export async function measureLongList(stage: Stage): Promise<Figure[]> {
  const page = await stage.open('many')
  const mounted = await page.locator('nav .scroller').evaluate(async (scroller) => {
    const seen = { most: 0, height: 0, still: 0 }
    // The next page is on its way for some frames.
    while (seen.still < 60) {
      seen.still = scroller.scrollHeight > seen.height ? 0 : seen.still + 1
      seen.height = scroller.scrollHeight
      scroller.scrollTop = scroller.scrollHeight
      await new Promise(requestAnimationFrame)
      seen.most = Math.max(seen.most, scroller.querySelectorAll('[data-id]').length)
    }
    const rows = document.querySelector('nav ul')
    return { most: seen.most, count: Number(rows && getComputedStyle(rows).getPropertyValue('--count')) }
  })
  await page.close()
  return [{ name: `rows mounted of a list of ${mounted.count}, at most`, value: mounted.most, goal: 60 }]
}

/** @param size `warmUp`: how often before the first look, so that every cache is full; both looks are at the same conversation */
export async function measureSwitching(
  stage: Stage,
  { warmUp, switches }: { warmUp: number; switches: number },
): Promise<Figure[]> {
  // What is compiled after hundreds of switches is more than all that they could leave behind.
  const page = await stage.open('reader', 'uncompiled')
  await switchOften(page, warmUp)
  const before = await heapOf(page)
  await switchOften(page, switches)
  const after = await heapOf(page)
  await page.close()
  return [{ name: `heap after ${switches} switches to before`, value: after / before, goal: 1.2, unit: 'x' }]
}

// --- Internal helpers ---

const PEERS = ['long', 'short', 'full', 'none']

async function switchOften(page: Page, times: number) {
  for (let count = 0; count < times; count++) await enter(page, PEERS[count % PEERS.length] ?? '')
}
