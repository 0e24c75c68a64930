// Drafts: what was typed and not sent is there again, in its own conversation, whatever happened to the page meanwhile.
import type { BrowserContext, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import {
  composerOf,
  listRow,
  openConversation,
  openPage,
  ownStatuses,
  say,
  type PageOptions,
} from '#rufer/tests/helpers/chat-page.ts'
import { setVisible } from '#rufer/tests/helpers/looking.ts'
import { meet, type Company } from '#rufer/tests/helpers/people.ts'
import { signInUrl } from '#rufer/tests/helpers/sign-in.ts'
import { openServer, openSite } from '#rufer/tests/helpers/site.ts'

/** where one signs in */
const secured = await openServer()
const { browser, server } = await openSite()

test('a draft stays with its conversation, and the list tells of it where that is not open', async () => {
  const { alice, bob, mallory, conversationId } = await meet(server)
  await alice.request('conversation.open', { userId: mallory.userId })
  const page = await open({ alice, conversationId })
  await composerOf(page).fill('for Bob')
  expect(await previewOf(page, bob.userId)).toBe('No messages yet')

  await listRow(page, mallory.userId).click()
  await expect.poll(() => composerOf(page).inputValue()).toBe('')
  await expect.poll(() => previewOf(page, bob.userId)).toBe('Draft: for Bob')
  await composerOf(page).fill('for Mallory')
  await listRow(page, bob.userId).click()
  await expect.poll(() => composerOf(page).inputValue()).toBe('for Bob')
  await expect.poll(() => previewOf(page, mallory.userId)).toBe('Draft: for Mallory')
})

test('a draft is written within a moment of the last key, and is there after a reload, a crash and a new tab', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const page = await open({ alice, conversationId })
  await composerOf(page).pressSequentially('half a sen')
  await expect.poll(() => draftsIn(page)).toEqual({ [keyOf(alice.userId, conversationId)]: 'half a sen' })
  await page.reload()
  await expect.poll(() => composerOf(page).inputValue()).toBe('half a sen')

  // The last keys before a reload are kept, too, however soon it comes.
  await composerOf(page).fill('half a sentence')
  await page.reload()
  await expect.poll(() => composerOf(page).inputValue()).toBe('half a sentence')

  const list = await openPage(browser, `${server.url}/chat?userId=${alice.userId}`, {
    context: page.context(),
  })
  await expect.poll(() => previewOf(list, bob.userId)).toBe('Draft: half a sentence')
})

test('a draft is kept at once when the page is hidden', async () => {
  const { alice, conversationId } = await meet(server)
  const page = await open({ alice, conversationId, prepare: slowDown })
  await composerOf(page).fill('cut off')
  expect(await draftsIn(page)).toEqual({})
  await setVisible(page, false)
  expect(Object.values(await draftsIn(page))).toEqual(['cut off'])
})

test('a draft is removed once its message is sent, or its text deleted', async () => {
  const { alice, conversationId } = await meet(server)
  const page = await open({ alice, conversationId })
  await composerOf(page).fill('to be deleted')
  await expect.poll(() => draftsIn(page)).not.toEqual({})
  await composerOf(page).fill('')
  await expect.poll(() => draftsIn(page)).toEqual({})

  await composerOf(page).fill('to be sent')
  await expect.poll(() => draftsIn(page)).not.toEqual({})
  await say(page, 'to be sent')
  expect(await draftsIn(page)).toEqual({})
  await ownStatuses(page, ['sent'])
  await page.reload()
  await ownStatuses(page, ['sent'])
  expect(await composerOf(page).inputValue()).toBe('')
})

test('another tab’s draft changes a field that nobody types in, and no other', async () => {
  const { alice, conversationId } = await meet(server)
  const one = await open({ alice, conversationId })
  const other = await open({ alice, conversationId, context: one.context() })
  await composerOf(other).blur()
  await composerOf(one).fill('from the one')
  await expect.poll(() => composerOf(other).inputValue()).toBe('from the one')

  await composerOf(other).focus()
  await composerOf(one).fill('from the one, longer')
  await expect
    .poll(() => draftsIn(other))
    .toEqual({ [keyOf(alice.userId, conversationId)]: 'from the one, longer' })
  expect(await composerOf(other).inputValue()).toBe('from the one')
})

test('storage that is blocked is no error: a draft lasts as long as the page', async () => {
  const { alice, bob, mallory, conversationId } = await meet(server)
  await alice.request('conversation.open', { userId: mallory.userId })
  const page = await open({ alice, conversationId, prepare: blockStorage })
  await composerOf(page).fill('not written')
  await listRow(page, mallory.userId).click()
  await expect.poll(() => previewOf(page, bob.userId)).toBe('Draft: not written')
  await listRow(page, bob.userId).click()
  await expect.poll(() => composerOf(page).inputValue()).toBe('not written')
})

test('the drafts of one user are not another’s', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const page = await open({ alice, conversationId })
  await composerOf(page).fill('what Alice thinks')
  await expect.poll(() => draftsIn(page)).not.toEqual({})
  const bobs = await open({ alice: bob, conversationId, context: page.context() })
  expect(await composerOf(bobs).inputValue()).toBe('')
})

test('signing out removes the drafts', async () => {
  const { alice, conversationId } = await meet(secured)
  const page = await openPage(browser, (await signInUrl(secured, alice.userId)).href)
  await page.getByRole('button').click()
  await page.waitForURL('**/chat')
  await page.goto(`${secured.url}/chat?chatId=${conversationId}`)
  await composerOf(page).fill('not for the next one here')
  await expect.poll(() => draftsIn(page)).not.toEqual({})
  // What is not written yet is not written later, either.
  await composerOf(page).fill('not for the next one here, either')
  await signOut(page.context())
  await page.getByRole('heading', { name: 'You were signed out' }).waitFor()
  expect(await draftsIn(page)).toEqual({})
  await page.reload()
  await page.getByRole('heading', { name: 'Sign in needed' }).waitFor()
  expect(await draftsIn(page)).toEqual({})
})

async function open({
  alice,
  conversationId,
  ...options
}: Pick<Company, 'alice' | 'conversationId'> & PageOptions): Promise<Page> {
  return await openConversation(browser, server, { userId: alice.userId, conversationId, ...options })
}

async function previewOf(page: Page, peer: string): Promise<string | null> {
  return await listRow(page, peer).locator('.preview').textContent()
}

function keyOf(userId: string, conversationId: string): string {
  return `rufer:draft:${userId}:${conversationId}`
}

async function draftsIn(page: Page): Promise<Record<string, string>> {
  const all = await page.evaluate(() => Object.entries(localStorage))
  return Object.fromEntries(all.filter(([key]) => key.startsWith('rufer:draft:')))
}

/** Nothing comes about by a timer before the test ends. */
async function slowDown(page: Page) {
  await page.addInitScript(() => {
    const real = globalThis.setTimeout
    const KEPT_MS = 300
    globalThis.setTimeout = ((run: () => void, ms?: number) =>
      real(run, ms === KEPT_MS ? 3_600_000 : ms)) as typeof setTimeout
  })
}

async function blockStorage(page: Page) {
  await page.addInitScript(() =>
    Object.defineProperty(globalThis, 'localStorage', {
      get() {
        throw new DOMException('blocked', 'SecurityError')
      },
    }),
  )
}

async function signOut(context: BrowserContext) {
  const held = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  const { ok } = await fetch(`${secured.url}/api/sign-out`, { method: 'POST', headers: { cookie: held } })
  expect(ok).toBe(true)
}
