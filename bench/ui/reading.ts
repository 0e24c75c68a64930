// Reading: page after page upwards, and another size of the window, while what one reads stays where it is.
import type { Page } from 'playwright-core'
import { belowView, firstInView, seqsOf, topOf, watchPlace } from '#rufer/tests/helpers/scrolling.ts'
import type { Figure } from './figure.ts'
import { enter, heapOf, type Stage } from './stage.ts'

export async function measurePaging(stage: Stage, pages: number): Promise<Figure[]> {
  const page = await stage.open('reader')
  await enter(page, 'long')
  const seen = { shift: 0, rows: 0 }
  await pageUp(page, seen)
  const before = await heapOf(page)
  for (let count = 1; count < pages; count++) await pageUp(page, seen)
  const after = await heapOf(page)
  await page.close()
  return [
    {
      name: `${pages} pages up, the most that the row in view moved`,
      value: seen.shift,
      goal: 1,
      unit: ' px',
    },
    { name: 'the most rows meanwhile', value: seen.rows, goal: 400 },
    { name: 'heap after them to before', value: after / before, goal: 1.5, unit: 'x' },
  ]
}

/**
 * A window made smaller and larger, a phone that is turned, a keyboard that opens.
 *
 * @param count of sizes, from the first
 */
export async function measureResizing(stage: Stage, count: number): Promise<Figure[]> {
  const sizes = SIZES.slice(0, count)
  const page = await stage.open('reader')
  // One without unread messages opens at its end.
  await enter(page, 'full')
  const distance = await most(sizes, async (size) => {
    await resize(page, size)
    return await belowView(page)
  })
  await page.getByRole('region', { name: 'Messages' }).evaluate((scroller) => {
    scroller.scrollTop = -3_000
  })
  await settle(page)
  const shift = await most(sizes, async (size) => {
    const { seq, top } = await firstInView(page)
    await resize(page, size)
    return Math.abs((await topOf(page, seq)) - top)
  })
  await page.close()
  return [
    { name: 'resized at the end, distance from the end', value: distance, goal: 0, unit: ' px' },
    { name: 'resized further up, the row in view moved', value: shift, goal: 1, unit: ' px' },
  ]
}

// --- Internal helpers ---

const SIZES = [
  { width: 900, height: 800 },
  { width: 1280, height: 500 },
  { width: 390, height: 844 },
  { width: 844, height: 390 },
  { width: 390, height: 844 },
  { width: 390, height: 480 },
  { width: 1280, height: 800 },
]

/** Scrolls near the top, and stays until the page before has come and the far side was let go of. */
async function pageUp(page: Page, seen: { shift: number; rows: number }) {
  const [first] = await seqsOf(page)
  const end = await watchPlace(page, 'older')
  await page.waitForFunction(
    (seq) => Number(document.querySelector('[data-seq]')?.getAttribute('data-seq')) !== seq,
    first,
  )
  await settle(page)
  const { shift, rows } = await end()
  seen.shift = Math.max(seen.shift, shift)
  seen.rows = Math.max(seen.rows, rows)
}

async function resize(page: Page, size: { width: number; height: number }) {
  await page.setViewportSize(size)
  await settle(page)
}

/** Longer than the list takes for being at rest. */
async function settle(page: Page) {
  await page.waitForTimeout(300)
}

async function most<T>(all: readonly T[], measure: (one: T) => Promise<number>): Promise<number> {
  let found = 0
  for (const one of all) found = Math.max(found, await measure(one))
  return found
}
