// The list of messages as a reader sees it: which rows are there, where they stand, and whether they ever move.
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

/** A row of the list: its message, and how far its top is below the top of the list, in pixels. */
export interface Place {
  seq: number
  top: number
}

/** The scroller of the open conversation. */
export function messagesOf(page: Page): Locator {
  return page.getByRole('region', { name: 'Messages' })
}

/** The seqs of all rows there are, from first to last. */
export async function seqsOf(page: Page): Promise<number[]> {
  const rows = messagesOf(page).locator('[data-seq]')
  return await rows.evaluateAll((all) => all.map((row) => Number(row.getAttribute('data-seq'))))
}

/** The first row that can be seen, in part at least. */
export async function firstInView(page: Page): Promise<Place> {
  return await messagesOf(page).evaluate((scroller) => {
    const { top } = scroller.getBoundingClientRect()
    const rows = [...scroller.querySelectorAll('[data-seq]')]
    const row = rows.find((each) => each.getBoundingClientRect().bottom > top)
    if (!row) throw new Error('unable to find row; none is in view')
    return { seq: Number(row.getAttribute('data-seq')), top: row.getBoundingClientRect().top - top }
  })
}

/** Where the row of a message stands. */
export async function topOf(page: Page, seq: number): Promise<number> {
  return await messagesOf(page).evaluate((scroller, of) => {
    const row = scroller.querySelector(`[data-seq="${of}"]`)
    return row ? row.getBoundingClientRect().top - scroller.getBoundingClientRect().top : Number.NaN
  }, seq)
}

/** How far below the view the list goes on, in pixels. */
export async function belowView(page: Page): Promise<number> {
  return await messagesOf(page).evaluate((scroller) => Math.abs(scroller.scrollTop))
}

/** Scrolls so far from the end, once so much of the conversation is loaded. */
export async function scrollUp(page: Page, pixels: number): Promise<void> {
  const place = () =>
    messagesOf(page).evaluate((scroller, below) => {
      scroller.scrollTop = -below
      return Math.abs(scroller.scrollTop)
    }, pixels)
  await expect.poll(place).toBe(pixels)
}

/** Turns the wheel over the list; negative is up. */
export async function wheel(page: Page, pixels: number): Promise<void> {
  const before = await belowView(page)
  await messagesOf(page).hover()
  await page.mouse.wheel(0, pixels)
  await expect.poll(() => belowView(page)).not.toBe(before)
}

/**
 * Scrolls near one end of what is loaded, where given, and from then on follows the first row in view, frame by frame.
 *
 * @returns ends that; tells the most pixels that the row was from its place, and the most rows there were
 */
export async function watchPlace(page: Page, near?: 'older' | 'newer') {
  const watch = await messagesOf(page).evaluateHandle((scroller, side) => {
    const most = scroller.scrollHeight - scroller.clientHeight
    if (side) scroller.scrollTop = side === 'older' ? 300 - most : -300
    const { top } = scroller.getBoundingClientRect()
    const row = [...scroller.querySelectorAll('[data-seq]')].find(
      (each) => each.getBoundingClientRect().bottom > top,
    )
    const topNow = () => row?.getBoundingClientRect().top ?? 0
    const from = topNow()
    const seen = { shift: 0, rows: 0, isOver: false }
    function look() {
      seen.shift = Math.max(seen.shift, Math.abs(topNow() - from))
      seen.rows = Math.max(seen.rows, scroller.querySelectorAll('[data-seq]').length)
      if (!seen.isOver) requestAnimationFrame(look)
    }
    look()
    return seen
  }, near)
  return () =>
    watch.evaluate((seen) => {
      seen.isOver = true
      return { shift: seen.shift, rows: seen.rows }
    })
}
