// Notices and the sound: nothing is asked for or heard before a click wanted it, and nobody is told what they saw.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { listCounts, listRow, openConversation } from '#rufer/tests/helpers/chat-page.ts'
import { setVisible } from '#rufer/tests/helpers/looking.ts'
import { meet, type Company } from '#rufer/tests/helpers/people.ts'
import { openSite } from '#rufer/tests/helpers/site.ts'

const { browser, server } = await openSite()

test('the permission is asked for on the click that turns notices on, and never before', async () => {
  const { page, bob, conversationId } = await open(await meet(server))
  await setVisible(page, false)
  await bob.say({ conversationId }, 'Hello')
  await expect.poll(() => page.title()).toMatch(/^\(1\)/)
  expect(await told(page)).toEqual({ asked: 0, notices: [], notes: 0 })
  await setVisible(page, true)
  await turnOn(page, 'Notifications')
  await expect.poll(async () => (await told(page)).asked).toBe(1)
})

test('a browser that does not allow it is said to, and the box stays empty', async () => {
  const { page } = await open(await meet(server), { isAllowed: false })
  await page.getByRole('button', { name: 'Settings' }).click()
  const box = page.getByRole('checkbox', { name: 'Notifications' })
  await box.click()
  await page.getByText('Your browser does not allow it on this page').waitFor()
  await expect.poll(() => box.isChecked()).toBe(false)
})

test('who does not look is told of what stays unread, one notice a conversation; a click opens it', async () => {
  const { page, alice, bob, mallory, conversationId } = await open(await meet(server))
  const { conversation } = await alice.request('conversation.open', { userId: mallory.userId })
  await turnOn(page, 'Notifications')
  await listRow(page, mallory.userId).click()
  await page.waitForURL(`**chatId=${conversation.id}*`)
  await setVisible(page, false)
  await bob.say({ conversationId }, 'Hello')
  const notice = { title: bob.userId, body: 'Hello', tag: conversationId, isClosed: false }
  await expect.poll(async () => (await told(page)).notices).toEqual([notice])

  await page.evaluate(() => globalThis.told.made[0]?.dispatchEvent(new Event('click')))
  await page.waitForURL(`**chatId=${conversationId}*`)
  await expect.poll(async () => (await told(page)).notices).toEqual([{ ...notice, isClosed: true }])
})

test('who looks is told nothing, nor is another tab of theirs', async () => {
  const { page, alice, bob, conversationId } = await open(await meet(server), { isTimed: true })
  await turnOn(page, 'Notifications')
  const hidden = await open({ alice, bob, conversationId }, { beside: page, isTimed: true })
  await setVisible(hidden.page, false)
  await bob.say({ conversationId }, 'Hello')
  // Seen here, it is read there, before it is time to tell of it.
  await becameDue(page, hidden.page)
  // before it has come to the list nothing is counted there, either
  await expect.poll(() => listRow(hidden.page, bob.userId).locator('.preview').textContent()).toBe('Hello')
  await listCounts(hidden.page, bob.userId, 0)
  await tellNow(page, hidden.page)
  for (const one of [page, hidden.page]) expect((await told(one)).notices).toEqual([])
})

test('a notice goes once the message was read elsewhere', async () => {
  const { page, alice, bob, conversationId } = await open(await meet(server))
  await turnOn(page, 'Notifications')
  await setVisible(page, false)
  await bob.say({ conversationId }, 'Hello')
  await expect.poll(async () => (await told(page)).notices.map(({ isClosed }) => isClosed)).toEqual([false])
  await alice.request('receipt.update', { conversationId, readSeq: 1 })
  await expect.poll(async () => (await told(page)).notices.map(({ isClosed }) => isClosed)).toEqual([true])
})

test('the sound is heard in one tab alone, once in two seconds, and not unless it was switched on', async () => {
  const { page, alice, bob, conversationId } = await open(await meet(server), { isTimed: true })
  const other = await open({ alice, bob, conversationId }, { beside: page, isTimed: true })
  for (const one of [page, other.page]) await setVisible(one, false)
  await bob.say({ conversationId }, 'unheard')
  await tellNow(page, other.page)
  expect(await notesOf(page, other.page)).toBe(0)

  await turnOn(page, 'Sound')
  // the other one hears of it in time, and from then on waits for its turn
  await expect
    .poll(async () => {
      await other.page.keyboard.press('Shift')
      return await turnsOf(other.page)
    })
    .toEqual({ taken: 1, wanted: 1 })
  for (const text of ['heard', 'heard with it']) await bob.say({ conversationId }, text)
  await becameDue(page, other.page, 2)
  await tellNow(page, other.page)
  // One sound of two notes.
  expect(await notesOf(page, other.page)).toBe(2)

  // The tab that had the turn ends, and the other one has it.
  await page.close()
  await expect.poll(() => turnsOf(other.page)).toEqual({ taken: 1, wanted: 0 })
  await bob.say({ conversationId }, 'heard by the other')
  await tellNow(other.page)
  await expect.poll(() => notesOf(other.page)).toBe(2)
})

interface Told {
  /** how often the browser was asked for its permission */
  asked: number
  made: Notification[]
  notices: { title: string; body: string; tag: string; isClosed: boolean }[]
  /** of the sound */
  notes: number
  /** where the test says when it is time: what then decides whether to tell of a message */
  due: (() => void)[]
}

declare global {
  var told: Told
}

interface Opened {
  /** the test says when it is time to tell of what is still unread */
  isTimed?: boolean
  isAllowed?: boolean
  /** a tab of the same browser */
  beside?: Page
}

/** The page of alice, which keeps what it asks the browser for, and what it tells. */
async function open<C extends Pick<Company, 'alice' | 'bob' | 'conversationId'>>(
  company: C,
  { isAllowed = true, isTimed = false, beside }: Opened = {},
) {
  const page = await openConversation(browser, server, {
    userId: company.alice.userId,
    conversationId: company.conversationId,
    ...(beside && { context: beside.context() }),
    async prepare(opened) {
      if (isAllowed) await opened.context().grantPermissions(['notifications'])
      await opened.addInitScript(listenIn, isTimed)
    },
  })
  await listRow(page, company.bob.userId).getByText('online').waitFor()
  return { ...company, page }
}

/** Runs in the page: what it tells of goes to the browser all the same. */
function listenIn(isTimed: boolean) {
  const STILL_UNREAD_MS = 500
  const heard: Told = { asked: 0, made: [], notices: [], notes: 0, due: [] }
  globalThis.told = heard
  class Heard extends Notification {
    readonly notice: Told['notices'][number]
    constructor(title: string, options: NotificationOptions = {}) {
      super(title, options)
      this.notice = { title, body: options.body ?? '', tag: options.tag ?? '', isClosed: false }
      heard.made.push(this)
      heard.notices.push(this.notice)
    }
    override close() {
      this.notice.isClosed = true
      super.close()
    }
    static override requestPermission() {
      heard.asked++
      return super.requestPermission()
    }
  }
  globalThis.Notification = Heard
  globalThis.OscillatorNode = class extends OscillatorNode {
    override start(when?: number) {
      heard.notes++
      super.start(when)
    }
  }
  if (!isTimed) return
  const real = globalThis.setTimeout
  globalThis.setTimeout = ((run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) =>
    ms === STILL_UNREAD_MS && args.length > 0
      ? heard.due.push(() => run(...args))
      : real(run, ms, ...args)) as typeof setTimeout
}

/** Waits until each page knows of so many messages that it may have to tell of. */
async function becameDue(page: Page, other: Page, count = 1) {
  for (const one of [page, other])
    await one.waitForFunction((least) => globalThis.told.due.length >= least, count)
}

/** The time has come, for all that came so far. */
async function tellNow(...pages: Page[]) {
  for (const page of pages) {
    await page.waitForFunction(() => globalThis.told.due.length > 0)
    await page.evaluate(() => {
      for (const tell of globalThis.told.due.splice(0)) tell()
    })
  }
}

async function turnOn(page: Page, what: 'Notifications' | 'Sound') {
  await page.getByRole('button', { name: 'Settings' }).click()
  const box = page.getByRole('checkbox', { name: what })
  await box.click()
  await expect.poll(() => box.isChecked()).toBe(true)
  // it shows as chosen already while the browser asks whether it may
  const kept = what === 'Sound' ? { hasSound: true } : { hasNotices: true }
  await expect
    .poll(async () => JSON.parse(await page.evaluate(() => localStorage.getItem('rufer:settings') ?? '{}')))
    .toMatchObject(kept)
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
}

/** Of the browser's tabs: how many have the turn to sound, and how many wait for it. */
async function turnsOf(page: Page) {
  return await page.evaluate(async (sound) => {
    const { held = [], pending = [] } = await navigator.locks.query()
    const [taken, wanted] = [held, pending].map((locks) => locks.filter(({ name }) => name === sound).length)
    return { taken, wanted }
  }, 'rufer-sound')
}

async function told(page: Page): Promise<Pick<Told, 'asked' | 'notices' | 'notes'>> {
  return await page.evaluate(() => {
    const { asked, notices, notes } = globalThis.told
    return { asked, notices, notes }
  })
}

async function notesOf(...pages: Page[]): Promise<number> {
  const all = await Promise.all(pages.map(told))
  return all.reduce((sum, { notes }) => sum + notes, 0)
}
