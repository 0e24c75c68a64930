// A long list of conversations: few rows mounted, none lost, nothing moving under a hand; and what breaks around it.
import type { Locator, Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { openPage, say, seenInPage, textsOf, type PageOptions } from '#rufer/tests/helpers/chat-page.ts'
import { hearFrom, personOf, writeToMany } from '#rufer/tests/helpers/crowd.ts'
import { connect } from '#rufer/tests/helpers/client.ts'
import { HASTY } from '#rufer/tests/helpers/history.ts'
import { openSite, startDemo } from '#rufer/tests/helpers/site.ts'
import { createWireTap } from '#rufer/tests/helpers/wire-tap.ts'

const MANY = 500
const MOST_MOUNTED = 60
const MINUTE_MS = 60_000

const { browser, server } = await openSite(() => startDemo(HASTY))

beforeAll(async () => {
  await writeToMany(server, 'many', MANY)
  await writeToMany(server, 'few', 30)
})

describe('with 500 conversations', () => {
  test('few rows are mounted, and scrolling comes to the last of them', async () => {
    const page = await openList('many')
    await rowOf(page, MANY).waitFor()
    let last = 0
    while (last < MANY) {
      await scrollerOf(page).evaluate((element) => (element.scrollTop = element.scrollHeight))
      await expect.poll(() => lastPosition(page)).toBeGreaterThan(last)
      last = await lastPosition(page)
      expect(await page.locator('nav li').count()).toBeLessThanOrEqual(MOST_MOUNTED)
    }
    await page.getByRole('link', { name: `Hello many-1`, exact: false }).last().waitFor()
  })

  test('one that the first page does not hold opens from the address', async () => {
    const reader = await connect(server, 'many')
    const { conversation } = await reader.request('conversation.open', { userId: personOf('many', 7) })
    await reader.close()
    const page = await openPage(browser, `${server.url}/chat?userId=many&chatId=${conversation.id}`)
    await page.getByRole('textbox', { name: 'Message to many-7' }).waitFor()
    await expect.poll(() => textsOf(page)).toEqual(['Hello many-7'])
    await rowOf(page, MANY).waitFor()
    expect(await scrollerOf(page).evaluate((element) => element.scrollTop)).toBe(0)
  })

  test('the keys reach rows that are not mounted, and the row with the focus stays', async () => {
    const page = await openList('many')
    await rowOf(page, MANY).focus()
    await page.keyboard.press('End')
    await expect.poll(() => focusedPosition(page)).toBe(50)
    await page.keyboard.press('Home')
    await expect.poll(() => focusedPosition(page)).toBe(1)
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => focusedPosition(page)).toBe(2)

    await scrollerOf(page).evaluate((element) => (element.scrollTop = 40 * 72))
    await page.locator('nav li[aria-posinset="41"]').waitFor()
    expect(await page.locator('nav li[aria-posinset="20"]').count()).toBe(0)
    expect(await focusedPosition(page)).toBe(2)
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => focusedPosition(page)).toBe(3)
    await expect.poll(() => scrollerOf(page).evaluate((element) => element.scrollTop)).toBe(2 * 72)
  })
})

describe('with 30 conversations', () => {
  test('the list is ordered by activity, but not under the pointer', async () => {
    const page = await openList('few', (opened) => opened.clock.install())
    await rowOf(page, 30, 'few').waitFor()
    await hearFrom(server, 'few', 12)
    await expect.poll(() => namesAtTop(page)).toEqual(['few-12', 'few-30', 'few-29'])

    // From here on time passes in the page as the pointer moves, or on a busy machine it would seem to rest.
    await page.clock.pauseAt((await page.evaluate(() => Date.now())) + MINUTE_MS)
    await page.mouse.move(100, 300)
    const heard = hearFrom(server, 'few', 11)
    let x = 100
    const titleWhileMoving = async () => {
      await page.mouse.move((x = 201 - x), 300)
      await page.clock.runFor(300)
      return await page.title()
    }
    await expect.poll(titleWhileMoving).toBe('(2) Rufer')
    expect(await namesAtTop(page)).toEqual(['few-12', 'few-30', 'few-29'])
    await heard
    await page.clock.resume()
    await expect.poll(() => namesAtTop(page)).toEqual(['few-11', 'few-12', 'few-30'])
  })

  test('a pill tells how many are unread out of sight, and leads there', async () => {
    const page = await openList('few')
    await rowOf(page, 30, 'few').waitFor()
    await hearFrom(server, 'few', 12)
    await hearFrom(server, 'few', 11)
    await expect.poll(() => namesAtTop(page)).toEqual(['few-11', 'few-12', 'few-30'])
    const above = page.getByRole('button', { name: '2 unread above' })
    expect(await above.count()).toBe(0)
    await scrollerOf(page).evaluate((element) => (element.scrollTop = 600))
    await above.click()
    await expect.poll(() => focusedPosition(page)).toBe(2)
    expect(await page.getByRole('button', { name: 'unread above' }).count()).toBe(0)
  })

  test('what comes while one is further down moves nothing in view', async () => {
    const page = await openList('few')
    await rowOf(page, 30, 'few').waitFor()
    await scrollerOf(page).evaluate((element) => (element.scrollTop = 600))
    const row = rowOf(page, 18, 'few')
    const before = (await row.boundingBox())?.y
    await hearFrom(server, 'few', 1)
    await expect.poll(() => scrollerOf(page).evaluate((element) => element.scrollTop)).toBe(672)
    expect((await row.boundingBox())?.y).toBe(before)
  })

  test('Alt with an arrow leads from one conversation to the next, but not out of a filled composer', async () => {
    const page = await openList('few')
    await rowOf(page, 30, 'few').waitFor()
    const names = await namesAtTop(page)
    await page.keyboard.press('Alt+ArrowDown')
    const composer = page.getByRole('textbox', { name: 'Message to' })
    await expect.poll(() => composer.getAttribute('aria-label')).toBe(`Message to ${names[0]}`)
    await page.keyboard.press('Alt+ArrowDown')
    await expect.poll(() => composer.getAttribute('aria-label')).toBe(`Message to ${names[1]}`)
    await composer.fill('not lost')
    await page.keyboard.press('Alt+ArrowUp')
    expect(await composer.inputValue()).toBe('not lost')
    await composer.fill('')
    await page.keyboard.press('Alt+ArrowDown')
    await expect.poll(() => composer.getAttribute('aria-label')).toBe(`Message to ${names[2]}`)
    await page.keyboard.press('Alt+ArrowUp')
    await expect.poll(() => composer.getAttribute('aria-label')).toBe(`Message to ${names[1]}`)
  })

  test('nor is a row moved away under the focus of the keyboard', async () => {
    const page = await openList('few')
    await rowOf(page, 30, 'few').waitFor()
    const before = await namesAtTop(page)
    await page.locator('nav a[tabindex="0"]').focus()
    await page.keyboard.press('ArrowDown')
    await hearFrom(server, 'few', 5)
    await expect.poll(() => page.title()).toMatch(/^\(\d+\)/)
    expect(await namesAtTop(page)).toEqual(before)
    await page.getByRole('button', { name: 'Settings' }).focus()
    await expect.poll(() => namesAtTop(page)).toEqual(['few-5', ...before.slice(0, 2)])
  })
})

describe('what breaks', () => {
  test('a message whose reply gets lost ends as one message', async () => {
    const { tokens, listen } = createWireTap()
    const url = `${server.url}/chat?userId=alice&debug=true`
    const alice = await openPage(browser, url, { prepare: listen })
    await alice.getByRole('link', { name: 'Bob Johnson' }).click()
    const bob = await openPage(browser, `${server.url}/chat?userId=bob`)
    await bob.getByRole('link', { name: 'Alice Smith' }).click()
    const log = alice.getByRole('list', { name: 'Log' }).locator('summary')
    await say(alice, 'First')
    await expect.poll(() => textsOf(bob)).toEqual(['First'])

    await alice.getByRole('button', { name: 'Lose the next reply' }).click()
    await say(alice, 'Only once')
    await log.filter({ hasText: 'session.started' }).nth(1).waitFor()
    await expect.poll(() => alice.locator('[data-status]').last().getAttribute('data-status')).toBe('read')
    expect(await textsOf(alice)).toEqual(['First', 'Only once'])
    expect(await textsOf(bob)).toEqual(['First', 'Only once'])
    const told = await alice.getByRole('complementary', { name: 'Debug view' }).textContent()
    expect(told).toContain('message.created')
    await expect.poll(() => tokens).toHaveLength(2)
    expect(tokens.filter((token) => told?.includes(token))).toEqual([])
  })

  test('an error in the chat leads to a page that says so, with a way back', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    let isBroken = true
    await page.routeWebSocket('**/ws', (socket) => {
      const upstream = socket.connectToServer()
      upstream.onMessage((text) =>
        socket.send(isBroken ? String(text).replaceAll(/"updatedAt":"[^"]*"/g, '"updatedAt":"never"') : text),
      )
    })
    await page.goto(`${server.url}/chat?userId=alice`)
    await page.getByRole('heading', { name: 'Something went wrong' }).waitFor()
    expect(await page.getByRole('button', { name: 'Reload' }).count()).toBe(1)
    isBroken = false
    await page.getByRole('link', { name: 'Back to the chat' }).click()
    await page.getByRole('link', { name: 'Bob Johnson' }).waitFor()
    await context.close()
  })

  test('a protocol error can be told of, without what was said', async () => {
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
    const page = await context.newPage()
    await page.routeWebSocket('**/ws', (socket) => {
      const upstream = socket.connectToServer()
      socket.onMessage((text) => {
        if (String(text).includes('message.send')) void socket.close({ code: 4400 })
        else upstream.send(text)
      })
    })
    await page.goto(`${server.url}/chat?userId=alice`)
    await page.getByRole('link', { name: 'Bob Johnson' }).click()
    await say(page, 'a secret')
    await page.getByRole('heading', { name: 'Protocol error' }).waitFor()
    const copied = seenInPage(page, { text: 'Copied', within: 'button' })
    await page.getByRole('button', { name: 'Copy details' }).click()
    await copied
    const details: object = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))
    expect(details).toMatchObject({ closeCode: 4400, userId: 'alice' })
    expect(JSON.stringify(details)).toMatch(/out message\.send #\d+/)
    expect(JSON.stringify(details)).not.toContain('secret')
    await context.close()
  })

  test('a page that does not exist says so, with a way back', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    const response = await page.goto(`${server.url}/nowhere`)
    expect(response?.status()).toBe(404)
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor()
    expect(await page.getByRole('link', { name: 'Back to the chat' }).getAttribute('href')).toBe('/chat')
    await context.close()
  })
})

async function openList(userId: string, prepare?: PageOptions['prepare']): Promise<Page> {
  return await openPage(browser, `${server.url}/chat?userId=${userId}`, { ...(prepare && { prepare }) })
}

function scrollerOf(page: Page): Locator {
  return page.locator('nav .scroller')
}

function rowOf(page: Page, number: number, userId = 'many'): Locator {
  return page
    .getByRole('navigation', { name: 'Conversations' })
    .locator('a', { has: page.getByText(personOf(userId, number), { exact: true }) })
}

/** The positions in the list are as a screen reader tells them. */
async function lastPosition(page: Page): Promise<number> {
  return Number(await page.locator('nav li').last().getAttribute('aria-posinset'))
}

async function focusedPosition(page: Page): Promise<number> {
  return await page.evaluate(() =>
    Number(document.activeElement?.closest('li')?.getAttribute('aria-posinset')),
  )
}

async function namesAtTop(page: Page): Promise<string[]> {
  const rows = [1, 2, 3].map((position) => page.locator(`nav li[aria-posinset="${position}"] .name`))
  const names = await Promise.all(rows.map((row) => row.textContent()))
  return names.map((name) => name?.replace(', online', '') ?? '')
}
