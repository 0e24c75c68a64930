// A person who was erased, and their messages: shown calmly, everywhere, and read out as what they are.
import { expect, test } from 'vitest'
import { callApi } from '#rufer/tests/helpers/api.ts'
import { lookWithAxe } from '#rufer/tests/helpers/axe.ts'
import { composerOf, listRow, openConversation, shows } from '#rufer/tests/helpers/chat-page.ts'
import { meet } from '#rufer/tests/helpers/people.ts'
import { openSite } from '#rufer/tests/helpers/site.ts'

const { browser, server } = await openSite()

test('a deleted message stays in its place as such, without its text, its links or anything to do with it', async () => {
  const { page, erase } = await talk(['https://example.com', 'stays', 'goes, too'])
  await page.locator('article a').waitFor()
  await erase()
  const bubbles = page.locator('article .bubble')
  await expect
    .poll(() => bubbles.allTextContents())
    .toEqual([
      expect.stringMatching(/^Message deleted\d/),
      expect.stringMatching(/^stays/),
      expect.stringMatching(/^Message deleted\d/),
    ])
  const first = page.locator('article').first()
  expect(await first.locator('a, button').count()).toBe(0)
  expect(await first.locator('.deleted').evaluate((one) => getComputedStyle(one).fontStyle)).toBe('italic')
  expect(await listRow(page, 'Deleted user').locator('.preview').textContent()).toBe('Message deleted')
  expect(await page.textContent('body')).not.toContain('example.com')
  expect(await first.ariaSnapshot()).toContain('Message deleted')
  // It was read out when it came: that it went is not.
  expect(await page.getByRole('log').textContent()).not.toContain('deleted')
  expect(await lookWithAxe(page)).toEqual([])

  await first.focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('ArrowDown')
  await expect.poll(() => page.locator('article:focus .text').textContent()).toBe('stays')
})

test('the debug view tells when a message was deleted', async () => {
  const { page, erase } = await talk(['goes'], '&debug=true')
  const deletedAt = await erase()
  await expect.poll(() => page.locator('article dl').textContent()).toContain(`deleted${deletedAt}`)
  await expect
    .poll(() => page.getByRole('list', { name: 'Log' }).textContent())
    .toContain(`deleted ${deletedAt}`)
})

test('a person who was deleted is named so, in the list, above the messages and by the title', async () => {
  const { page, erase } = await talk(['Hello'])
  await erase()
  await page.getByRole('main').getByRole('heading', { name: 'Deleted user' }).waitFor()
  await listRow(page, 'Deleted user').waitFor()
  expect(await page.locator('article').first().getAttribute('aria-label')).toMatch(/^Deleted user, /)
  expect(await composerOf(page).getAttribute('aria-label')).toBe('Message to Deleted user')
  await expect.poll(() => page.title()).toBe('Deleted user · Rufer')
})

/** Bob and Alice say something in turn, and Alice's page shows it; `erase` has Bob erased, and tells when that was. */
async function talk(texts: string[], more = '') {
  const { alice, bob, conversationId } = await meet(server)
  for (const [index, text] of texts.entries()) await (index % 2 ? alice : bob).say({ conversationId }, text)
  const page = await openConversation(browser, server, {
    userId: alice.userId,
    conversationId: `${conversationId}${more}`,
  })
  await shows(page, texts)
  const erase = async () => {
    const { status } = await callApi(server, `DELETE /api/users/${bob.userId}`)
    expect(status).toBe(200)
    const { messages } = await alice.request('message.list', { conversationId })
    return messages[0]?.deletedAt
  }
  return { page, erase }
}
