// Two people in two browsers: messages both ways, ticks, a reload, and a restart of the server while both write.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import {
  composerOf,
  lineOf,
  openChat,
  say,
  shows,
  textsOf,
  typeUntil,
} from '#rufer/tests/helpers/chat-page.ts'
import { openSite } from '#rufer/tests/helpers/site.ts'

/** Who was without a connection for long waits up to 30 s until the next attempt. */
const BACK_MS = 60_000

const { browser, server } = await openSite()

test('alice and bob exchange messages, see them read, and lose nothing', async () => {
  const alice = await openChat(browser, server, { userId: 'alice', peer: 'Bob Johnson' })
  const bob = await openChat(browser, server, { userId: 'bob', peer: 'Alice Smith' })

  await say(alice, 'Hello Bob')
  await shows(bob, ['Hello Bob'])
  await lastOwnStatus(alice, 'read')
  await say(bob, 'Hello Alice')
  await say(bob, 'Hello Alice')
  await shows(alice, ['Hello Bob', 'Hello Alice', 'Hello Alice'])
  await lastOwnStatus(bob, 'read')

  await typeUntil(bob, () => lineOf(alice), 'typing…')

  await bob.reload()
  await composerOf(bob).waitFor()
  await expect.poll(() => textsOf(bob)).toEqual(await textsOf(alice))
})

test('a restart while both write loses nothing and doubles nothing', async () => {
  const alice = await openChat(browser, server, { userId: 'alice', peer: 'Bob Johnson' })
  const bob = await openChat(browser, server, { userId: 'bob', peer: 'Alice Smith' })
  // What was said before comes in one page.
  for (const page of [alice, bob])
    await page.getByRole('article').or(page.getByText('Say hello')).first().waitFor()
  const before = await textsOf(alice)
  await shows(bob, before)

  const restarted = server.restart()
  const counts = Array.from({ length: 15 }, (_, index) => index + 1)
  await Promise.all([
    sayAll(
      alice,
      counts.map((count) => `alice ${count}`),
    ),
    sayAll(
      bob,
      counts.map((count) => `bob ${count}`),
    ),
  ])
  await restarted

  const written = before.length + 2 * counts.length
  await expect.poll(async () => (await textsOf(alice)).length, { timeout: BACK_MS }).toBe(written)
  await expect.poll(() => textsOf(bob), { timeout: BACK_MS }).toEqual(await textsOf(alice))
  const after = (await textsOf(alice)).slice(before.length)
  expect(after.filter((text) => text.startsWith('alice'))).toEqual(counts.map((count) => `alice ${count}`))
  expect(after.filter((text) => text.startsWith('bob'))).toEqual(counts.map((count) => `bob ${count}`))
  await lastOwnStatus(alice, 'read')
  await lastOwnStatus(bob, 'read')
})

async function sayAll(page: Page, texts: string[]): Promise<void> {
  const [first, ...others] = texts
  if (first === undefined) return
  await say(page, first)
  await sayAll(page, others)
}

async function lastOwnStatus(page: Page, status: string): Promise<void> {
  await expect.poll(() => page.locator('[data-status]').last().getAttribute('data-status')).toBe(status)
}
