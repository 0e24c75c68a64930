// axe-core finds nothing in any state of the chat page: light and dark, on a desktop and on a phone.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lookWithAxe } from '#rufer/tests/helpers/axe.ts'
import { openBrowser } from '#rufer/tests/helpers/chat-page.ts'
import { allStates } from '#rufer/tests/helpers/chat-states/all.ts'
import { onStage, startWithHistory, views } from '#rufer/tests/helpers/chat-states/stage.ts'
import type { TestServer } from '#rufer/tests/helpers/server.ts'

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
    const found = await lookWithAxe(page)
    for (const other of others) {
      await page.setViewportSize(views[other].viewport)
      found.push(...(await lookWithAxe(page)))
    }
    expect(found).toEqual([])
  })
})
