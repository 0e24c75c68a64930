// A message that was deleted, and a person who was: shown calmly, everywhere, and read out as what they are.
import type { Browser, Page, WebSocketRoute } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import { lookWithAxe } from '#rufer/tests/helpers/axe.ts'
import { composerOf, listRow, openBrowser, openConversation, shows } from '#rufer/tests/helpers/chat-page.ts'
import { meet, type Company } from '#rufer/tests/helpers/people.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

const DELETED_AT = '2026-01-02T12:00:00.000Z'

let browser: Browser
let server: TestServer

beforeAll(async () => {
  browser = await openBrowser()
  server = await startServer({ env: { RUFER_DEMO: 'true' } })
})
afterAll(async () => {
  await browser.close()
  await server.stop()
})

test('a deleted message stays in its place as such, without its text, its links or anything to do with it', async () => {
  const { page, wire, bob, said, rev } = await talk(['https://example.com', 'stays', 'goes, too'])
  await page.locator('article a').waitFor()
  wire.tell('message.updated', { message: deleted(said[0], rev + 1) })
  wire.tell('message.updated', { message: deleted(said[2], rev + 2) })
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
  expect(await listRow(page, bob.userId).locator('.preview').textContent()).toBe('Message deleted')
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
  const { page, wire, said, rev } = await talk(['goes'], '&debug=true')
  wire.tell('message.updated', { message: deleted(said[0], rev + 1) })
  await expect.poll(() => page.locator('article dl').textContent()).toContain(`deleted${DELETED_AT}`)
  await expect
    .poll(() => page.getByRole('list', { name: 'Log' }).textContent())
    .toContain(`deleted ${DELETED_AT}`)
})

test('a person who was deleted is named so, in the list, above the messages and by the title', async () => {
  const { page, wire, alice, bob, conversationId } = await talk(['Hello'])
  const { conversation } = await alice.request('conversation.get', { conversationId })
  wire.tell('conversation.updated', { conversation: withoutName(conversation, bob.userId) })
  await page.getByRole('main').getByRole('heading', { name: 'Deleted user' }).waitFor()
  await listRow(page, 'Deleted user').waitFor()
  expect(await page.locator('article').first().getAttribute('aria-label')).toMatch(/^Deleted user, /)
  expect(await composerOf(page).getAttribute('aria-label')).toBe('Message to Deleted user')
  await expect.poll(() => page.title()).toBe('Deleted user · Rufer')
})

/** Bob says something, and Alice's page shows it. */
async function talk(texts: string[], more = '') {
  const company = await meet(server)
  const { alice, bob, conversationId } = company
  const said: Message[] = []
  for (const text of texts) said.push((await bob.say({ conversationId }, text)).message)
  const wire = createWire()
  const page = await openConversation(browser, server, {
    userId: alice.userId,
    conversationId: `${conversationId}${more}`,
    prepare: (opened: Page) => opened.routeWebSocket('**/ws', wire.join),
  })
  await shows(page, texts)
  return { ...company, page, wire, said, rev: await revWhenRead(company) }
}

/** The rev of the conversation once Alice's page has said all it has to say: that everything was read. */
async function revWhenRead({ alice, conversationId }: Pick<Company, 'alice' | 'conversationId'>) {
  let rev = 0
  async function unread() {
    const { conversation } = await alice.request('conversation.get', { conversationId })
    rev = conversation.rev
    return conversation.unreadCount
  }
  await expect.poll(unread).toBe(0)
  return rev
}

function deleted(message: Message | undefined, rev: number) {
  return { ...message, rev, text: '', deletedAt: DELETED_AT }
}

function withoutName(conversation: Conversation, userId: string): Conversation {
  const members = conversation.members.map((member) =>
    member.userId === userId ? { ...member, displayName: 'Deleted user' } : member,
  )
  return { ...conversation, members }
}

/** A page's socket, on which the test says what a server would. */
function createWire() {
  let socket: WebSocketRoute | undefined
  return {
    tell: (event: string, data: object) => socket?.send(JSON.stringify({ event, data })),
    join: (route: WebSocketRoute) => {
      const upstream = route.connectToServer()
      socket = route
      route.onMessage((text) => upstream.send(text))
      upstream.onMessage((text) => route.send(text))
    },
  }
}
