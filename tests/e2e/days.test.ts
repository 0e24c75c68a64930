// Time on the page: of the browser's zone, corrected by the server's clock, and going on by itself.
import type { BrowserContextOptions, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { headerSays, listRow, openConversation, shows } from '#rufer/tests/helpers/chat-page.ts'
import { meet, type Company } from '#rufer/tests/helpers/people.ts'
import { openSite } from '#rufer/tests/helpers/site.ts'

const HOUR_MS = 3_600_000

const { browser, server } = await openSite()

test('at midnight today becomes yesterday, above the messages and in the list', async () => {
  const company = await meet(server)
  // Two hours before midnight, or one where the hour just ends.
  const page = await open(company, { timezoneId: zoneWhereItIs(22) })
  await company.bob.say({ conversationId: company.conversationId }, 'Good night')
  await shows(page, ['Good night'])
  const day = page.getByRole('main').getByRole('heading', { level: 3 })
  const time = listRow(page, company.bob.userId).locator('time')
  expect(await day.textContent()).toBe('Today')
  expect(await time.textContent()).toMatch(/^2[23]:\d\d$/)
  await page.clock.fastForward(2 * HOUR_MS)
  await expect.poll(() => day.textContent()).toBe('Yesterday')
  expect(await time.textContent()).toBe('Yesterday')
})

test.each([HOUR_MS, -HOUR_MS])(
  'a clock that is wrong by %i ms does not change how long ago it was',
  async (wrongBy) => {
    const company = await meet(server)
    const page = await open(company, {}, wrongBy)
    await headerSays(page, 'online')
    await company.bob.close()
    await headerSays(page, 'last seen just now')
    await page.clock.fastForward(5 * 60_000)
    await expect
      .poll(() => page.locator('main header .line').textContent())
      .toMatch(/^last seen [45] min ago$/)
  },
)

async function open(
  { alice, conversationId }: Company,
  options: BrowserContextOptions,
  wrongBy = 0,
): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  return await openConversation(browser, server, {
    userId: alice.userId,
    conversationId,
    context,
    prepare: (opened) => opened.clock.install({ time: Date.now() + wrongBy }),
  })
}

/** A zone whose clocks show that hour. */
function zoneWhereItIs(hour: number): string {
  const ahead = (hour - new Date().getUTCHours() + 24) % 24
  const offset = ahead > 12 ? ahead - 24 : ahead
  // In these names west is plus.
  return `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`
}
