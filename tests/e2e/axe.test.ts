// axe-core finds nothing in any state of the chat page: light and dark, on a desktop and on a phone.
import { expect, test } from 'vitest'
import { lookWithAxe } from '#rufer/tests/helpers/axe.ts'
import { allStates } from '#rufer/tests/helpers/chat-states/all.ts'
import { onStage, startWithHistory, views } from '#rufer/tests/helpers/chat-states/stage.ts'
import { openSite } from '#rufer/tests/helpers/site.ts'

const { browser, server } = await openSite(startWithHistory)

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
