// axe-core finds nothing in any state of the chat page: light and dark, on a desktop and on a phone.
import type Axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '#rufer/tests/helpers/chat-page.ts'
import { allStates } from '#rufer/tests/helpers/chat-states/all.ts'
import { onStage, startWithHistory, views } from '#rufer/tests/helpers/chat-states/stage.ts'
import type { TestServer } from '#rufer/tests/helpers/server.ts'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

let browser: Browser
let server: TestServer

beforeAll(async () => {
  browser = await openBrowser()
  server = await startWithHistory()
})
afterAll(async () => {
  await browser.close()
  await server.stop()
})

test.each(allStates)('$name', async (state) => {
  const isOfAnySize = state.on.some((view) => view === 'desktop' || view === 'phone')
  const [view = 'desktop', ...others] = isOfAnySize ? (['desktop', 'phone'] as const) : state.on
  await onStage(state, { browser, server, view }, async (page) => {
    await page.evaluate(axe)
    const found = await look(page)
    for (const other of others) {
      await page.setViewportSize(views[other].viewport)
      found.push(...(await look(page)))
    }
    expect(found).toEqual([])
  })
})

/** What axe finds in the page as it is, light and dark. */
async function look(page: Page): Promise<string[]> {
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const { violations, passes } = await page.evaluate(async (values): Promise<Axe.AxeResults> => {
      const { axe: here } = globalThis as unknown as { axe: typeof Axe }
      return await here.run({ runOnly: { type: 'tag', values } })
    }, TAGS)
    // It did look.
    expect(passes.length).toBeGreaterThan(5)
    found.push(
      ...violations.flatMap((violation) => toLines(violation).map((line) => `${colorScheme}: ${line}`)),
    )
  }
  return found
}

function toLines({ id, nodes }: Axe.AxeResults['violations'][number]): string[] {
  return nodes.map(
    ({ html, failureSummary }) => `${id} at ${html} (${failureSummary?.split('\n')[1]?.trim()})`,
  )
}
