// States of one conversation: its messages, its composer, and ways to look at it.
import type { Page } from 'playwright-core'
import { end, hang, join, openChat, type ChatState, type Stage } from './stage.ts'
import { startTyping } from './typing.ts'

export const conversationStates: ChatState[] = [
  { name: 'chat', on: ['desktop', 'phone'], show: showChat },
  { name: 'chat-empty', on: ['phone'], show: showEmpty },
  { name: 'chat-unread', on: ['desktop', 'phone'], show: showUnread },
  { name: 'chat-older', on: ['desktop'], show: showOlderLoading },
  { name: 'chat-older-failed', on: ['desktop'], show: showOlderFailed },
  { name: 'chat-start', on: ['desktop'], show: showStart },
  { name: 'chat-failed', on: ['phone'], show: showFailed },
  { name: 'chat-long', on: ['phone'], show: showLong },
  { name: 'typing', on: ['desktop'], show: showTyping },
  { name: 'composer-limit', on: ['phone'], show: showLimit },
  { name: 'offline', on: ['desktop', 'phone'], show: showOffline },
  { name: 'restarting', on: ['desktop'], show: showRestarting },
  { name: 'debug', on: ['desktop', 'phone'], show: showDebug },
  { name: 'zoom-200', on: ['zoomed'], show: showChat },
  { name: 'width-320', on: ['narrow'], show: showChat },
  { name: 'forced-colors', on: ['forced'], show: showChat },
  { name: 'focus', on: ['desktop'], show: showFocus },
]

// --- Internal helpers ---

/** Every tick, the clock of a message on its way too: the server does not hear of it. */
async function showChat(stage: Stage) {
  await join(stage, 'bob')
  await openChat(stage, /Bob Johnson/)
  await stage.page.getByText('online', { exact: true }).waitFor()
  hang(stage)
  await say(stage.page, 'It has tables outside.')
  await statusOfLast(stage.page, 'sending')
}

async function showEmpty(stage: Stage) {
  await openChat(stage, /Nina Rossi/)
  await stage.page.getByText('Say hello to Nina').waitFor()
}

async function showUnread(stage: Stage) {
  const carol = await join(stage, 'carol')
  const texts = Array.from(
    { length: 30 },
    (_, index) => `Guest ${index + 1} has answered: yes, with one more.`,
  )
  await Promise.all(texts.map((text) => carol.sendMessage({ userId: 'alice', text })))
  await openChat(stage, /Carol/)
  await stage.page.getByRole('separator').waitFor()
  await stage.page.getByRole('button', { name: 'Jump to latest' }).waitFor()
}

async function showOlderLoading(stage: Stage) {
  await openChat(stage, /Carol/)
  hang(stage)
  await scrollToTop(stage.page)
  await stage.page.locator('.skeleton').waitFor()
}

async function showOlderFailed(stage: Stage) {
  await openChat(stage, /Carol/)
  await end(stage, 'SIGKILL')
  await scrollToTop(stage.page)
  await stage.page.getByText('Could not load older messages').waitFor()
}

async function showStart(stage: Stage) {
  await openChat(stage, /Bob Johnson/)
  await scrollToTop(stage.page)
  await stage.page.getByText('Start of your conversation').waitFor()
}

/** Typed while the server is away, which then comes back and takes only shorter ones. */
async function showFailed(stage: Stage) {
  const { page, server } = stage
  await openChat(stage, /Bob Johnson/)
  await end(stage, 'SIGKILL')
  await say(page, 'A message that is longer than the server will take once it is back.')
  await statusOfLast(page, 'waiting')
  await server.restart({ RUFER_LIMIT_TEXT_LENGTH: '60' })
  await page.getByRole('button', { name: 'Retry' }).waitFor()
}

async function showLong(stage: Stage) {
  await openChat(stage, /Heidi/)
}

async function showTyping(stage: Stage) {
  const bob = await join(stage, 'bob')
  await openChat(stage, /Bob Johnson/)
  await startTyping(stage, bob)
  await stage.page.getByRole('main').getByText('typing…').waitFor()
}

async function showLimit(stage: Stage) {
  await openChat(stage, /Nina/)
  await stage.page
    .getByRole('textbox', { name: 'Message to' })
    .fill('far too long '.repeat(787).slice(0, 10_230))
  await stage.page.getByText('230 characters too long').waitFor()
}

async function showOffline(stage: Stage) {
  await openChat(stage, /Bob Johnson/)
  await end(stage, 'SIGKILL')
  await say(stage.page, 'Can you hear me?')
  await statusOfLast(stage.page, 'waiting')
  await stage.page.getByText('No connection').filter({ visible: true }).waitFor()
}

async function showRestarting(stage: Stage) {
  await openChat(stage, /Nina/)
  await end(stage, 'SIGTERM')
  await stage.page.getByText('Server is restarting').filter({ visible: true }).waitFor()
}

async function showDebug(stage: Stage) {
  await join(stage, 'bob')
  await openChat(stage, /Bob Johnson/, '&debug=true')
  await stage.page.getByText('message.list').first().waitFor()
}

/** The keyboard stands on a message. */
async function showFocus(stage: Stage) {
  await openChat(stage, /Bob Johnson/)
  await stage.page.keyboard.press('Shift+Tab')
  await stage.page.keyboard.press('ArrowUp')
  await stage.page.keyboard.press('ArrowUp')
  await stage.page.locator('article:focus').waitFor()
}

async function say(page: Page, text: string) {
  const composer = page.getByRole('textbox', { name: 'Message to' })
  await composer.fill(text)
  // Where fingers type, Enter begins a line.
  await composer.press('Control+Enter')
}

async function statusOfLast(page: Page, status: string) {
  await page.locator(`li:last-child [data-status="${status}"]`).waitFor()
}

async function scrollToTop(page: Page) {
  await page.getByRole('region', { name: 'Messages' }).evaluate((scroller) => {
    scroller.scrollTop = -scroller.scrollHeight
  })
}
