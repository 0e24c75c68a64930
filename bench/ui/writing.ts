// Writing: from a key to the paint that shows it, beside as many rows as there ever are, and beside none.
import type { Page } from 'playwright-core'
import { median } from '#rufer/bench/statistics.ts'
import { seqsOf } from '#rufer/tests/helpers/scrolling.ts'
import type { Figure } from './figure.ts'
import { FULL } from './filled.ts'
import { enter, type Stage } from './stage.ts'

export async function measureTyping(stage: Stage, keys: number): Promise<Figure[]> {
  // A key's cost is measured, not how long before the display's next frame it came.
  const [full, none] = [await stage.open('reader', 'unpaced'), await stage.open('reader', 'unpaced')]
  await enter(none, 'none')
  await enter(full, 'full')
  await loadAll(full)
  const times: { full: number[]; none: number[] } = { full: [], none: [] }
  for (let key = 0; key < keys; key++) {
    times.full.push(await pressOnce(full))
    times.none.push(await pressOnce(none))
  }
  const rows = (await seqsOf(full)).length
  await full.close()
  await none.close()
  return [
    {
      name: `key to paint, ${rows} rows to none`,
      value: median(times.full) / median(times.none),
      goal: 1.5,
      unit: 'x',
    },
  ]
}

// --- Internal helpers ---

async function loadAll(page: Page) {
  const scroller = page.getByRole('region', { name: 'Messages' })
  while ((await seqsOf(page)).length < FULL) {
    await scroller.evaluate((one) => {
      one.scrollTop = -one.scrollHeight
    })
    await page.waitForTimeout(100)
  }
}

/** From the browser's stamp of the key to the task after the frame that it changed. */
async function pressOnce(page: Page): Promise<number> {
  await page.bringToFront()
  await page.getByRole('textbox', { name: 'Message to' }).focus()
  const painted = await page.evaluateHandle(() => {
    const { promise, resolve } = Promise.withResolvers<number>()
    const listen = ({ timeStamp }: Event) =>
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - timeStamp)))
    addEventListener('input', listen, { once: true, capture: true })
    return { promise }
  })
  await page.keyboard.press('a')
  return await painted.evaluate(({ promise }) => promise)
}
