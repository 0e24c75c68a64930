// The documents as they are served: the page in a browser, needing nothing from elsewhere, and the two for machines.
import { expect, test } from 'vitest'
import { makeAsyncApi } from '#rufer/server/documents/asyncapi.ts'
import { makeOpenApi } from '#rufer/server/documents/openapi.ts'
import { closeCodes } from '#rufer/shared/protocol/close-codes.ts'
import { errors } from '#rufer/shared/protocol/errors.ts'
import { events } from '#rufer/shared/protocol/events.ts'
import { calls } from '#rufer/shared/protocol/http.ts'
import { methods } from '#rufer/shared/protocol/methods.ts'
import { lookWithAxe } from '#rufer/tests/helpers/axe.ts'
import { startServer } from '#rufer/tests/helpers/server.ts'
import { openSite } from '#rufer/tests/helpers/site.ts'

const { browser, server } = await openSite(startServer)

test('the page tells everything, asks for nothing else, and breaks no rule of its policy', async () => {
  const page = await browser.newPage()
  const asked: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  page.on('console', (message) => complaints.push(message.text()))
  await page.goto(`${server.url}/docs`)
  const text = await page.locator('main').innerText()
  const told = [calls, methods, events, errors].flatMap((table) => Object.keys(table))
  expect(told.filter((name) => !text.includes(name))).toEqual([])
  for (const { code } of Object.values(closeCodes)) expect(text).toContain(String(code))
  // the style is applied, and the examples open
  expect(
    await page
      .locator('table')
      .first()
      .evaluate((table) => getComputedStyle(table).borderCollapse),
  ).toBe('collapse')
  await page.getByText('Example: receipt.update', { exact: true }).click()
  expect(await page.locator('details[open]').innerText()).toContain('"readSeq": 1')
  expect(await lookWithAxe(page)).toEqual([])
  expect(asked.filter((url) => !url.endsWith('/docs') && !url.endsWith('/favicon.ico'))).toEqual([])
  expect(complaints.filter((complaint) => !complaint.includes('favicon'))).toEqual([])
  await page.close()
})

test.each(['desktop', 'phone'])('on a %s the page is never wider than its window', async (view) => {
  const width = view === 'phone' ? 360 : 1280
  const page = await browser.newPage({ viewport: { width, height: 800 } })
  await page.goto(`${server.url}/docs`)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
  await page.close()
})

test.each([
  ['/openapi.json', makeOpenApi],
  ['/asyncapi.json', makeAsyncApi],
])('%s is served as it is made', async (path, make) => {
  const answer = await fetch(`${server.url}${path}`)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(make())))
})
